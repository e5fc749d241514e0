// The rules that open alerts, on events and on figures; each can be tried on what happened of late.

import { Button, Group, Switch, Table, Text } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useMay } from '../../../api/session.ts'
import { Blank } from '../../../components/states.tsx'
import { useAct } from '../parts/act.ts'
import { useAddress } from '../parts/address.ts'
import { useAsk } from '../parts/ask.tsx'
import { Listed } from '../parts/listed.tsx'
import { usePages } from '../parts/pages.ts'
import { Status } from '../parts/status.tsx'
import { Frame } from '../parts/table.tsx'
import { type Rule, readRules, severityTones } from './queries.ts'
import { RuleForm } from './rule-form.tsx'
import { RuleTrialDialog } from './rule-trial.tsx'

export function RulesList() {
  const { t } = useTranslation('integrations')
  const may = useMay()
  const ask = useAsk()
  const { search, set } = useAddress()
  const [tried, setTried] = useState<Rule | null>(null)
  const rules = usePages(['alerts', 'rules'], readRules)
  const turn = useAct(
    ({ id, state }: { id: string; state: 'active' | 'paused' }) =>
      told(api.PATCH('/v1/alert-rules/{id}', { params: { path: { id } }, body: { state } })),
    { touches: ['alerts'] },
  )
  const remove = useAct((id: string) => told(api.DELETE('/v1/alert-rules/{id}', { params: { path: { id } } })), {
    touches: ['alerts'],
    done: t('alerts.said.ruleDeleted'),
  })
  const mayChange = may('alerts:manage')
  const nameOf = ({ name, preset, id }: Rule) => name ?? preset ?? id
  return (
    <>
      <Listed
        query={rules}
        blank={
          <Blank title={t('alerts.noRules.title')} icon={IconBell}>
            {t('alerts.noRules.text')}
          </Blank>
        }
      >
        {(rows) => (
          <Frame
            label={t('alerts.tab.rules')}
            minWidth={820}
            columns={(['rule', 'severity', 'on', 'act'] as const).map((key) => ({
              key,
              label: t(`alerts.ruleColumn.${key}`),
            }))}
          >
            {rows.map((rule) => (
              <Table.Tr key={rule.id}>
                <Table.Td>
                  <Text size="sm" fw={600}>
                    {nameOf(rule)}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {rule.source === 'event'
                      ? [rule.types?.join(', '), rule.filter].filter(Boolean).join(' · ')
                      : `${rule.metric} ${rule.comparison} ${rule.threshold}`}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Status tone={severityTones[rule.severity ?? 'medium']}>
                    {t(`alerts.severities.${rule.severity ?? 'medium'}`)}
                  </Status>
                </Table.Td>
                <Table.Td>
                  <Switch
                    aria-label={t('alerts.ruleOn', { name: nameOf(rule) })}
                    checked={rule.state !== 'paused'}
                    disabled={!mayChange}
                    onChange={({ currentTarget: { checked } }) =>
                      turn.mutate({ id: rule.id, state: checked ? 'active' : 'paused' })
                    }
                  />
                </Table.Td>
                <Table.Td>
                  {mayChange && (
                    <Group gap="xs" wrap="nowrap">
                      <Button
                        size="compact-sm"
                        variant="light"
                        aria-label={`${t('alerts.try')} ${nameOf(rule)}`}
                        onClick={() => setTried(rule)}
                      >
                        {t('alerts.try')}
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`${t('action.edit', { ns: 'shell' })} ${nameOf(rule)}`}
                        onClick={() => set({ rule: rule.id })}
                      >
                        {t('action.edit', { ns: 'shell' })}
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="red"
                        aria-label={`${t('action.delete', { ns: 'shell' })} ${nameOf(rule)}`}
                        onClick={() =>
                          ask({
                            title: t('alerts.deleteRule.title', { name: nameOf(rule) }),
                            text: t('alerts.deleteRule.text'),
                            confirm: t('action.delete', { ns: 'shell' }),
                            onConfirm: () => remove.mutate(rule.id),
                          })
                        }
                      >
                        {t('action.delete', { ns: 'shell' })}
                      </Button>
                    </Group>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Frame>
        )}
      </Listed>
      {search.rule && mayChange && (
        <RuleForm
          id={search.rule === 'new' ? undefined : search.rule}
          onClose={() => set({ rule: undefined })}
          onDone={() => set({ rule: undefined }, { isDone: true })}
        />
      )}
      {tried && <RuleTrialDialog rule={tried} onClose={() => setTried(null)} />}
    </>
  )
}

// The rules that open alerts, on events and on figures; each can be tried on what happened of late.

import { Group, Switch, Table, Text } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useMay } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { DeleteButton } from '../parts/delete-button.tsx'
import { RowButton } from '../parts/row-button.tsx'
import { Status } from '../parts/status.tsx'
import { type Rule, readRules, severityTones } from './queries.ts'
import { RuleForm } from './rule-form.tsx'
import { RuleTrialDialog } from './rule-trial.tsx'

export function RulesList() {
  const { t } = useTranslation('integrations')
  const may = useMay()
  const { search, set } = useAddress()
  const [tried, setTried] = useState<Rule | null>(null)
  const rules = usePages(['alerts', 'rules'], readRules)
  const turn = useAct(
    ({ id, state }: { id: string; state: 'active' | 'paused' }) =>
      told(api.PATCH('/v1/alert-rules/{id}', { params: { path: { id } }, body: { state } })),
    { touches: [['alerts']] },
  )
  const remove = useAct((id: string) => told(api.DELETE('/v1/alert-rules/{id}', { params: { path: { id } } })), {
    touches: [['alerts']],
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
          <TableRegion
            label={t('alerts.tab.rules')}
            minWidth={820}
            headings={(['rule', 'severity', 'on', 'act'] as const).map((key) => t(`alerts.ruleColumn.${key}`))}
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
                      <RowButton
                        label={t('alerts.try')}
                        of={nameOf(rule)}
                        variant="light"
                        onClick={() => setTried(rule)}
                      />
                      <RowButton
                        label={t('action.edit', { ns: 'shell' })}
                        of={nameOf(rule)}
                        onClick={() => set({ rule: rule.id })}
                      />
                      <DeleteButton
                        of={nameOf(rule)}
                        title={t('alerts.deleteRule.title', { name: nameOf(rule) })}
                        text={t('alerts.deleteRule.text')}
                        onDelete={() => remove.mutate(rule.id)}
                      />
                    </Group>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.rule && mayChange && (
        <RuleForm
          id={search.rule === 'new' ? undefined : search.rule}
          onClose={() => set({ rule: undefined })}
          onDone={() => set({ rule: undefined })}
        />
      )}
      {tried && <RuleTrialDialog rule={tried} onClose={() => setTried(null)} />}
    </>
  )
}

// What a rule would have done with the last events, or makes of its figure now.

import { Alert, List, Modal, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useFormats } from '../../../components/figures.tsx'
import { Loaded } from '../../../components/states.tsx'
import type { Rule, RuleTrial } from './queries.ts'

export function RuleTrialDialog({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const trial = useQuery({
    queryKey: ['rule-trial', rule.id],
    gcTime: 0,
    queryFn: async () =>
      (await told(
        api.POST('/v1/alert-rules/{id}/test', { params: { path: { id: rule.id } }, body: {} }),
      )) as unknown as RuleTrial,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('alerts.trial.title', { name: rule.name ?? rule.preset ?? '' })}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <Loaded query={trial}>
        {(found) =>
          'metric' in found ? (
            <Alert color={found.is_beyond ? 'red' : 'teal'}>
              {t(found.is_beyond ? 'alerts.trial.beyond' : 'alerts.trial.well', {
                value: found.value === null ? '–' : number(found.value, 2),
                threshold: rule.threshold,
              })}
            </Alert>
          ) : (
            <Stack gap="xs">
              <Text>
                {t('alerts.trial.events', { events: number(found.events), matched: number(found.matched) })}{' '}
                {t('alerts.trial.alerts', { count: found.alerts })}
              </Text>
              <List size="sm">
                {found.groups
                  .filter(({ group }) => group)
                  .map(({ group, matched }) => (
                    <List.Item key={group}>
                      {group}: {number(matched)}
                    </List.Item>
                  ))}
              </List>
            </Stack>
          )
        }
      </Loaded>
    </Modal>
  )
}

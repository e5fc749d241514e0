// Where one is signed in, and which applications one has let in.

import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../components/act.ts'
import { ask } from '../../components/actions.tsx'
import { When } from '../../components/figures.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { endAllSessions, endGrant, endSession, grantsQuery, sessionsQuery } from './queries.ts'

export function Sessions() {
  const { t } = useTranslation('account')
  const sessions = useQuery(sessionsQuery)
  const end = useAct(endSession, { touches: [['sessions']], done: t('sessions.ended') })
  const endAll = useAct(endAllSessions, { onDone: () => location.assign('/app/sign-in') })
  const count = sessions.data?.length ?? 0
  return (
    <Panel
      title={t('sessions.title')}
      about={t('sessions.about')}
      actions={
        <Button
          size="xs"
          color="red"
          variant="light"
          loading={endAll.isPending}
          onClick={() =>
            ask({
              title: t('sessions.endAllTitle'),
              text: t('sessions.endAllText', { count }),
              confirm: t('sessions.endAll'),
              onConfirm: () => endAll.mutate(),
            })
          }
        >
          {t('sessions.endAll')}
        </Button>
      }
    >
      <Loaded query={sessions}>
        {(found) => (
          <Stack component="ul" gap="xs" p={0} m={0}>
            {found.map((one) => (
              <Group component="li" key={one.id} justify="space-between" wrap="nowrap" gap="sm">
                <div style={{ minWidth: 0 }}>
                  <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                    {one.user_agent ?? t('sessions.unknown')}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {one.address} · {t('sessions.seen')} <When at={one.last_seen_at} relative />
                  </Text>
                </div>
                {one.is_current ? (
                  <Badge variant="light" tt="none" fw={550} style={{ flex: 'none' }}>
                    {t('sessions.here')}
                  </Badge>
                ) : (
                  <Button
                    size="compact-sm"
                    variant="default"
                    style={{ flex: 'none' }}
                    aria-label={t('sessions.endOne', { address: one.address })}
                    onClick={() => end.mutate(one.id)}
                  >
                    {t('sessions.end')}
                  </Button>
                )}
              </Group>
            ))}
          </Stack>
        )}
      </Loaded>
    </Panel>
  )
}

export function Applications() {
  const { t } = useTranslation('account')
  const grants = useQuery(grantsQuery)
  const end = useAct(endGrant, { touches: [['grants']], done: t('grants.ended') })
  return (
    <Panel title={t('grants.title')} about={t('grants.about')}>
      <Loaded query={grants}>
        {(found) =>
          found.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('grants.none')}
            </Text>
          ) : (
            <Stack component="ul" gap="xs" p={0} m={0}>
              {found.map((one) => (
                <Group component="li" key={one.id} justify="space-between" wrap="nowrap" gap="sm">
                  <div style={{ minWidth: 0 }}>
                    <Text size="sm" fw={550}>
                      {one.application_name}
                    </Text>
                    <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                      {one.scopes.join(', ')} · {t('grants.until')} <When at={one.expires_at} />
                    </Text>
                  </div>
                  <Button
                    size="compact-sm"
                    variant="default"
                    style={{ flex: 'none' }}
                    onClick={() =>
                      ask({
                        title: t('grants.endTitle', { name: one.application_name }),
                        text: t('grants.endText'),
                        confirm: t('grants.end'),
                        onConfirm: () => end.mutate(one.id),
                      })
                    }
                  >
                    {t('grants.end')}
                  </Button>
                </Group>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  )
}

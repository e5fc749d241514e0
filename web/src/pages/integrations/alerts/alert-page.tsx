// One alert: what happened, who takes care of it, and its history.

import { Button, Group, Menu, Paper, Select, Stack, Text, TextInput, Timeline, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { peopleQuery } from '../../../api/names.ts'
import { useMay } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { useActorNames } from '../../../components/actor-names.ts'
import { Absent, useFormats, When } from '../../../components/figures.tsx'
import { JsonText } from '../parts/code.tsx'
import { Facts } from '../parts/facts.tsx'
import { OnePage } from '../parts/one-page.tsx'
import { Status } from '../parts/status.tsx'
import { To } from '../parts/to.tsx'
import { type Alert, alertQuery, severityTones, stateTones } from './queries.ts'

const snoozes = [3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600]

export function AlertPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(alertQuery(id))}
      section="alerts"
      room={t('alerts.title')}
      title={(one) => one?.title ?? t('alerts.one')}
      standing={(alert) => (
        <>
          <Status tone={stateTones[alert.state]}>{t(`alerts.states.${alert.state}`)}</Status>{' '}
          <Status tone={severityTones[alert.severity]}>{t(`alerts.severities.${alert.severity}`)}</Status>
        </>
      )}
    >
      {(alert) => <Body alert={alert} />}
    </OnePage>
  )
}

function Body({ alert }: { alert: Alert }) {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const may = useMay()
  const nameOf = useActorNames()
  const { metric, value, threshold, links, history = [] } = alert
  return (
    <Stack>
      <Text>{alert.detail}</Text>
      {may('alerts:manage') && <Steps alert={alert} />}
      <Facts
        label={t('alerts.one')}
        facts={[
          { name: t('alerts.rule'), value: alert.rule_name },
          { name: t('alerts.column.count'), value: number(alert.count) },
          ...(alert.group ? [{ name: alert.group_by ?? t('alerts.group'), value: alert.group }] : []),
          ...(metric ? [{ name: metric, value: `${value === null ? '–' : number(value, 2)} / ${threshold}` }] : []),
          { name: t('alerts.first'), value: <When at={alert.first_at} /> },
          { name: t('alerts.column.last'), value: <When at={alert.last_at} /> },
          {
            name: t('alerts.owner'),
            value: alert.owner_id ? nameOf(alert.owner_id) : <Absent reason={t('alerts.nobody')} />,
          },
          ...(alert.snoozed_until
            ? [{ name: t('alerts.snoozedUntil'), value: <When at={alert.snoozed_until} /> }]
            : []),
        ]}
      />
      {links.conversation && (
        <To to="/interactions/$id" params={{ id: links.conversation.split('/').at(-1) ?? '' }}>
          {t('events.openConversation')}
        </To>
      )}
      <Title order={2}>{t('alerts.history')}</Title>
      <Timeline bulletSize={14} lineWidth={2}>
        {history.map((step) => (
          <Timeline.Item
            key={step.id}
            title={t(`alerts.action.${step.action as 'opened'}`, { defaultValue: step.action })}
          >
            <Text size="xs" c="dimmed">
              {nameOf(step.actor)} · <When at={step.at} />
            </Text>
            {step.comment && <Text size="sm">{step.comment}</Text>}
          </Timeline.Item>
        ))}
      </Timeline>
      {alert.event && (
        <>
          <Title order={2}>{t('alerts.event')}</Title>
          <JsonText value={alert.event} label={t('alerts.event')} />
        </>
      )}
    </Stack>
  )
}

function Steps({ alert }: { alert: Alert }) {
  const { t } = useTranslation('integrations')
  const may = useMay()
  const people = useQuery({ ...peopleQuery, enabled: may('users:read') })
  const [comment, setComment] = useState('')
  const params = { path: { id: alert.id } }
  const said = comment.trim() ? { comment: comment.trim() } : {}
  const options = { touches: [['alerts']], onDone: () => setComment('') }
  const acknowledge = useAct(() => told(api.POST('/v1/alerts/{id}/acknowledge', { params, body: said })), options)
  const assign = useAct(
    (user_id: string) => told(api.POST('/v1/alerts/{id}/assign', { params, body: { ...said, user_id } })),
    options,
  )
  const snooze = useAct(
    (for_s: number) => told(api.POST('/v1/alerts/{id}/snooze', { params, body: { ...said, for_s } })),
    options,
  )
  const resolve = useAct(() => told(api.POST('/v1/alerts/{id}/resolve', { params, body: said })), options)
  const reopen = useAct(() => told(api.POST('/v1/alerts/{id}/reopen', { params, body: said })), options)
  const isResolved = alert.state === 'resolved'
  return (
    <Paper withBorder p="sm">
      <Stack gap="sm">
        <TextInput
          label={t('alerts.comment')}
          description={t('alerts.commentHint')}
          maxLength={2000}
          value={comment}
          onChange={({ currentTarget: { value } }) => setComment(value)}
        />
        <Group gap="xs" align="flex-end">
          {!isResolved && (
            <>
              <Button onClick={() => acknowledge.mutate()} loading={acknowledge.isPending}>
                {t('alerts.acknowledge')}
              </Button>
              <Button variant="default" onClick={() => resolve.mutate()} loading={resolve.isPending}>
                {t('alerts.resolve')}
              </Button>
              <Menu>
                <Menu.Target>
                  <Button variant="default" loading={snooze.isPending}>
                    {t('alerts.snooze')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {snoozes.map((seconds) => (
                    <Menu.Item key={seconds} onClick={() => snooze.mutate(seconds)}>
                      {t('alerts.snoozeHours', { count: seconds / 3600 })}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
              {may('users:read') && (
                <Select
                  aria-label={t('alerts.assign')}
                  placeholder={t('alerts.assign')}
                  searchable
                  data={(people.data ?? [])
                    .filter(({ state }) => state === 'active')
                    .map(({ id, name, email }) => ({ value: id, label: name ?? email }))}
                  value={alert.owner_id}
                  onChange={(id) => id && assign.mutate(id)}
                />
              )}
            </>
          )}
          {alert.state !== 'open' && (
            <Button variant="default" onClick={() => reopen.mutate()} loading={reopen.isPending}>
              {t('alerts.reopen')}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  )
}

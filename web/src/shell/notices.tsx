// What somebody was told of: who mentioned, answered or coached them, and where. A bell with how many are unread, on every page.

import {
  ActionIcon,
  Button,
  Group,
  Indicator,
  Loader,
  Popover,
  ScrollArea,
  Stack,
  Text,
  Tooltip,
  UnstyledButton,
} from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../api/client.ts'
import { useLive } from '../api/live.ts'
import type { paths } from '../api/paths.gen.ts'
import { When } from '../components/figures.tsx'
import { Failed } from '../components/states.tsx'
import './notices.css'

type Answer = paths['/v1/notifications']['get']['responses'][200]['content']['application/json']
type Notice = Answer['notifications'][number]

const limit = 30
/** For whoever hears of no events. */
const pollMs = 60_000

const noticesQuery = queryOptions({
  queryKey: ['notifications'],
  refetchInterval: pollMs,
  queryFn: () => told(api.GET('/v1/notifications', { params: { query: { limit } } })),
})

export function Notices() {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const client = useQueryClient()
  const notices = useQuery(noticesQuery)
  useLive(['comment.created'], () => void client.invalidateQueries({ queryKey: noticesQuery.queryKey }))
  const unread = notices.data?.unread ?? 0
  const label = unread === 0 ? t('notices.title') : t('notices.unread', { count: unread })
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={360} shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={label} disabled={isOpen}>
          <Indicator label={unread > 99 ? '99+' : unread} size={16} disabled={unread === 0} color="red.8" offset={6}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={38}
              className="notices-bell"
              aria-label={label}
              aria-expanded={isOpen}
              aria-haspopup="dialog"
              onClick={() => setOpen(!isOpen)}
            >
              <IconBell size={20} aria-hidden />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t('notices.title')}>
        {isOpen && <List notices={notices.data} error={notices.error} onClose={() => setOpen(false)} />}
      </Popover.Dropdown>
    </Popover>
  )
}

function List({ notices, error, onClose }: { notices: Answer | undefined; error: unknown; onClose: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const renew = () => client.invalidateQueries({ queryKey: noticesQuery.queryKey })
  const readAll = useMutation({ mutationFn: () => told(api.POST('/v1/notifications/read-all')), onSettled: renew })
  const mark = useMutation({
    mutationFn: (id: string) =>
      told(api.PATCH('/v1/notifications/{id}', { params: { path: { id } }, body: { read: true } })),
    onSettled: renew,
  })
  return (
    <>
      <Group justify="space-between" px="sm" py="xs" className="notices-head">
        <Text fw={650}>{t('notices.title')}</Text>
        {(notices?.unread ?? 0) > 0 && (
          <Button size="compact-sm" variant="subtle" loading={readAll.isPending} onClick={() => readAll.mutate()}>
            {t('notices.readAll')}
          </Button>
        )}
      </Group>
      {!notices && (error ? <Failed error={error} /> : <Loader m="md" size="sm" aria-label={t('state.loading')} />)}
      {notices?.notifications.length === 0 && (
        <Text size="sm" c="dimmed" p="md">
          {t('notices.none')}
        </Text>
      )}
      <ScrollArea.Autosize mah={420}>
        <Stack gap={0} component="ul" className="notices">
          {notices?.notifications.map((one) => (
            <li key={one.id}>
              <One
                notice={one}
                onOpen={() => {
                  if (!one.read_at) mark.mutate(one.id)
                  onClose()
                }}
              />
            </li>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </>
  )
}

function One({ notice, onOpen }: { notice: Notice; onOpen: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { kind, by, excerpt, created_at, read_at, conversation_id, start_ms, agent_id } = notice
  return (
    <UnstyledButton
      className="notice"
      data-unread={!read_at || undefined}
      onClick={() => {
        onOpen()
        if (conversation_id)
          void navigate({
            to: '/interactions/$id',
            params: { id: conversation_id },
            search: { tab: 'comments', ...(start_ms === null ? {} : { at: String(start_ms) }) },
          })
        if (!agent_id) return
        void client.invalidateQueries({ queryKey: ['coaching'] })
        void navigate({ to: '/agents/$id', params: { id: agent_id }, hash: 'coaching' })
      }}
    >
      <Text size="sm" fw={read_at ? 400 : 600}>
        {t(`notices.${kind}`, { name: by.name ?? t('notices.somebody') })}
        {!read_at && <span className="notice-unread">{t('notices.new')}</span>}
      </Text>
      <Text size="sm" c="dimmed" lineClamp={2}>
        {excerpt === null ? t('notices.deleted') : excerpt.replace(/@\[(?:user|agent):[^\]]*\]/g, '@…')}
      </Text>
      <Text size="xs" c="dimmed">
        <When at={created_at} relative />
      </Text>
    </UnstyledButton>
  )
}

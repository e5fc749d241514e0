// What can be done to all that are picked, and what came of it.

import { Alert, Button, Group, List, Menu, Modal, Paper, Select, Stack, TagsInput, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { ask, say, sayFailure } from '../../components/actions.tsx'
import { agentsQuery, type BulkBody, tagsQuery, useBulk } from './queries.ts'

const idsMax = 1000

export function BulkBar({ picked, onPick }: { picked: ReadonlySet<string>; onPick: (ids: string[]) => void }) {
  const { t } = useTranslation(['interactions', 'shell'])
  const may = useMay()
  const bulk = useBulk()
  const [asking, setAsking] = useState<'tag' | 'untag' | 'reassign' | null>(null)
  const count = picked.size
  const act = (body: Omit<BulkBody, 'ids'>) =>
    bulk.mutate(
      { ...body, ids: [...picked] },
      {
        onSuccess({ changed, failed, outcomes }) {
          setAsking(null)
          if (failed === 0) say(t('bulk.done', { count: changed }))
          onPick(outcomes.filter(({ status }) => status === 'failed').map(({ id }) => id))
        },
        onError: sayFailure,
      },
    )
  const failed = bulk.data?.outcomes.filter(({ status }) => status === 'failed') ?? []
  const mayAct = may('calls:annotate') && count <= idsMax
  return (
    <Paper withBorder p="xs" className="bulk-bar" role="region" aria-label={t('bulk.label')}>
      <Group gap="xs">
        <Text size="sm" fw={600} role="status">
          {t('bulk.picked', { count })}
        </Text>
        {count > idsMax && <Text size="sm">{t('bulk.tooMany', { count: idsMax })}</Text>}
        <Button size="xs" variant="light" disabled={!mayAct} onClick={() => setAsking('tag')}>
          {t('bulk.tag')}
        </Button>
        <Button size="xs" variant="light" disabled={!mayAct} onClick={() => setAsking('reassign')}>
          {t('bulk.reassign')}
        </Button>
        <Button
          size="xs"
          variant="light"
          disabled={!mayAct}
          onClick={() => act({ action: 'review' })}
          loading={bulk.isPending}
        >
          {t('bulk.review')}
        </Button>
        <Menu>
          <Menu.Target>
            <Button size="xs" variant="default" disabled={!mayAct}>
              {t('shell:action.more')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setAsking('untag')}>{t('bulk.untag')}</Menu.Item>
            <Menu.Item onClick={() => act({ action: 'unreview' })}>{t('bulk.unreview')}</Menu.Item>
            <Menu.Item
              onClick={() =>
                ask({
                  title: t('bulk.reprocess'),
                  text: t('bulk.reprocessText', { count }),
                  confirm: t('bulk.reprocess'),
                  isHarmless: true,
                  onConfirm: () => act({ action: 'reprocess', from: 'analyse' }),
                })
              }
            >
              {t('bulk.reprocess')}
            </Menu.Item>
            {may('calls:delete') && (
              <Menu.Item
                color="red"
                onClick={() =>
                  ask({
                    title: t('bulk.delete', { count }),
                    text: t('bulk.deleteText', { count }),
                    confirm: t('bulk.delete', { count }),
                    onConfirm: () => act({ action: 'delete' }),
                  })
                }
              >
                {t('bulk.delete', { count })}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        <Button size="xs" variant="subtle" onClick={() => onPick([])}>
          {t('shell:action.clear')}
        </Button>
      </Group>
      {failed.length > 0 && (
        <Alert color="red" mt="xs" title={t('bulk.failed', { count: failed.length })}>
          <List size="sm">
            {[...new Set(failed.map(({ error }) => error?.message))].map((message) => (
              <List.Item key={message}>{message}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Ask what={asking} isBusy={bulk.isPending} onClose={() => setAsking(null)} onAct={act} />
    </Paper>
  )
}

function Ask({
  what,
  isBusy,
  onClose,
  onAct,
}: {
  what: 'tag' | 'untag' | 'reassign' | null
  isBusy: boolean
  onClose: () => void
  onAct: (body: Omit<BulkBody, 'ids'>) => void
}) {
  const { t } = useTranslation(['interactions', 'shell'])
  const [tags, setTags] = useState<string[]>([])
  const [agent, setAgent] = useState<string | null>(null)
  const known = useQuery({ ...tagsQuery, enabled: what === 'tag' || what === 'untag' })
  const agents = useQuery({ ...agentsQuery, enabled: what === 'reassign' })
  return (
    <Modal opened={what !== null} onClose={onClose} title={what ? t(`bulk.${what}`) : ''}>
      <Stack>
        {what === 'reassign' ? (
          <Select
            label={t('filter.agent')}
            searchable
            data={(agents.data ?? []).map((one) => ({
              value: one.agent_id,
              label: one.name ?? one.email ?? one.agent_id,
            }))}
            value={agent}
            onChange={setAgent}
          />
        ) : (
          <TagsInput
            label={t('column.tags')}
            data={(known.data?.tags ?? []).map(({ name }) => name)}
            value={tags}
            onChange={setTags}
            maxLength={30}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('shell:action.cancel')}
          </Button>
          <Button
            loading={isBusy}
            disabled={what === 'reassign' ? !agent : tags.length === 0}
            onClick={() =>
              what === 'reassign' ? onAct({ action: 'reassign', agent }) : what && onAct({ action: what, tags })
            }
          >
            {what && t(`bulk.${what}`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

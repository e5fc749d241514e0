// Agents that turned out to be one: who stays, and what goes to them.

import { Button, Group, Modal, Radio, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { say } from '../../../components/actions.tsx'
import { Failed } from '../../../components/states.tsx'
import { type Agent, conversationCountsQuery } from '../queries.ts'
import { calledOf } from '../words.ts'

const mergedMax = 20

export function MergeDialog({
  agents,
  onClose,
  onDone,
}: {
  agents: readonly Agent[]
  onClose: () => void
  onDone: () => void
}) {
  const { t } = useTranslation(['agents', 'shell'])
  const [kept, setKept] = useState(agents[0]?.agent_id ?? '')
  const isTooMany = agents.length > mergedMax
  const ids = agents.map(({ agent_id }) => agent_id)
  const counts = useQuery({ ...conversationCountsQuery(ids), enabled: !isTooMany })
  const merge = useAct(
    () =>
      told(
        api.POST('/v1/agents/{id}/merge', {
          params: { path: { id: kept } },
          body: { duplicates: ids.filter((id) => id !== kept) },
        }),
      ),
    {
      touches: [['agents'], ['teams'], ['interactions']],
      isQuiet: true,
      onDone({ relinked_conversations: count }) {
        say(t('merge.done', { count }))
        onClose()
        onDone()
      },
    },
  )
  const survivor = agents.find(({ agent_id }) => agent_id === kept)
  const moving = counts.data?.reduce<number>((sum, one, index) => sum + (ids[index] === kept ? 0 : (one ?? 0)), 0)
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('merge.title', { count: agents.length })}
      closeButtonProps={{ 'aria-label': t('shell:action.close') }}
    >
      <Stack>
        {isTooMany ? (
          <Text size="sm">{t('merge.tooMany', { count: mergedMax })}</Text>
        ) : (
          <Radio.Group label={t('merge.keep')} value={kept} onChange={setKept}>
            <Stack gap="xs" mt="xs">
              {agents.map((agent, index) => (
                <Radio
                  key={agent.agent_id}
                  value={agent.agent_id}
                  label={calledOf(agent)}
                  description={[
                    agent.email,
                    agent.external_id,
                    agent.team,
                    counts.data ? t('merge.has', { count: counts.data[index] ?? 0 }) : null,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        {counts.isPending && !isTooMany && <Skeleton height={20} />}
        {counts.isError && <Failed error={counts.error} retry={() => void counts.refetch()} />}
        {moving !== undefined && survivor && (
          <Text size="sm" role="status">
            {t('merge.preview', { count: moving, name: calledOf(survivor) })} {t('merge.forGood')}
          </Text>
        )}
        {merge.isError && <Failed error={merge.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('shell:action.cancel')}
          </Button>
          <Button
            color="red"
            disabled={isTooMany || moving === undefined}
            loading={merge.isPending}
            onClick={() => merge.mutate()}
          >
            {t('merge.confirm')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

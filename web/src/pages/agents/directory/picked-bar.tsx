// What can be done with agents that are picked: move, merge, set aside, bring back.

import { Button, Group, Modal, Paper, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import type { Agent } from '../queries.ts'
import { useTeams } from '../team-filter.tsx'
import { MergeDialog } from './merge-dialog.tsx'

export function PickedBar({ agents, onDone }: { agents: readonly Agent[]; onDone: () => void }) {
  const { t } = useTranslation(['agents', 'shell'])
  const [opened, setOpened] = useState<'move' | 'merge' | null>(null)
  const count = agents.length
  const setActive = useAct(
    async (active: boolean) => {
      for (const { agent_id: id } of agents)
        await told(api.PATCH('/v1/agents/{id}', { params: { path: { id } }, body: { active } }))
    },
    { touches: [['agents']], done: t('picked.done', { count }), onDone },
  )
  const close = () => setOpened(null)
  return (
    <Paper withBorder p="xs" component="section" aria-label={t('picked.label')}>
      <Group gap="xs">
        <Text size="sm" fw={600} role="status">
          {t('picked.count', { count })}
        </Text>
        <Button size="xs" variant="default" onClick={() => setOpened('move')}>
          {t('picked.move')}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={count < 2}
          title={count < 2 ? t('picked.mergeTwo') : undefined}
          onClick={() => setOpened('merge')}
        >
          {t('picked.merge')}
        </Button>
        {agents.some(({ active }) => active) && (
          <Button
            size="xs"
            variant="default"
            loading={setActive.isPending}
            onClick={() =>
              ask({
                title: t('picked.deactivateTitle', { count }),
                text: t('picked.deactivateText'),
                confirm: t('picked.deactivate'),
                onConfirm: () => setActive.mutate(false),
              })
            }
          >
            {t('picked.deactivate')}
          </Button>
        )}
        {agents.some(({ active }) => !active) && (
          <Button size="xs" variant="default" loading={setActive.isPending} onClick={() => setActive.mutate(true)}>
            {t('picked.activate')}
          </Button>
        )}
        <Button size="xs" variant="subtle" onClick={onDone}>
          {t('shell:action.clear')}
        </Button>
      </Group>
      {opened === 'move' && <MoveDialog agents={agents} onClose={close} onDone={onDone} />}
      {opened === 'merge' && <MergeDialog agents={agents} onClose={close} onDone={onDone} />}
    </Paper>
  )
}

function MoveDialog({
  agents,
  onClose,
  onDone,
}: {
  agents: readonly Agent[]
  onClose: () => void
  onDone: () => void
}) {
  const { t } = useTranslation(['agents', 'shell'])
  const teams = useTeams()
  const [team, setTeam] = useState<string | null>(null)
  const count = agents.length
  const move = useAct(
    (name: string) =>
      told(api.POST('/v1/agents/move', { body: { agent_ids: agents.map(({ agent_id }) => agent_id), team: name } })),
    {
      touches: [['agents']],
      done: t('picked.done', { count }),
      onDone() {
        onClose()
        onDone()
      },
    },
  )
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('move.title', { count })}
      closeButtonProps={{ 'aria-label': t('shell:action.close') }}
    >
      <Stack>
        <Text size="sm">{t('move.text')}</Text>
        <Select
          label={t('column.team')}
          data-autofocus
          searchable
          nothingFoundMessage={t('team.none')}
          data={teams.map(({ team_id, name, department }) => ({ value: team_id, label: `${name} (${department})` }))}
          value={team}
          onChange={setTeam}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('shell:action.cancel')}
          </Button>
          <Button disabled={team === null} loading={move.isPending} onClick={() => team && move.mutate(team)}>
            {t('picked.move')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

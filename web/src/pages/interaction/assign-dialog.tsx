// Giving a conversation to another agent or team.

import { Alert, Button, Group, Modal, Select, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useMay } from '../../api/session.ts'
import { say } from '../../components/actions.tsx'
import { agentsQuery, teamsQuery } from '../interactions/queries.ts'
import { useAssign } from './changes.ts'
import type { Conversation } from './queries.ts'

export function AssignDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const may = useMay()
  const assign = useAssign(conversation.id)
  const agents = useQuery({ ...agentsQuery, enabled: may('agents:read') })
  const teams = useQuery({ ...teamsQuery, enabled: may('users:read') })
  const before = conversation.agent
  const [agent, setAgent] = useState<string | null>(before.agent_id)
  const [team, setTeam] = useState<string | null>(before.team)
  const change = {
    ...(agent === before.agent_id ? {} : { agent }),
    ...(team === before.team ? {} : { team }),
  }
  const known = (agents.data ?? []).map((one) => ({
    value: one.agent_id,
    label: one.name ?? one.email ?? one.agent_id,
  }))
  // An agent beyond the first page of names, or from before, is shown all the same.
  const ofBefore = before.agent_id && !known.some(({ value }) => value === before.agent_id)
  const options = ofBefore
    ? [{ value: before.agent_id ?? '', label: before.name ?? before.agent_id ?? '' }, ...known]
    : known
  const teamNames = [
    ...new Set([...(before.team ? [before.team] : []), ...(teams.data?.teams ?? []).map(({ name }) => name)]),
  ]
  return (
    <Modal opened onClose={onClose} title={t('act.assign')}>
      <Stack>
        {assign.isError && <Alert color="red">{asFailure(assign.error).message}</Alert>}
        <Select
          label={t('assign.agent')}
          placeholder={t('assign.nobody')}
          searchable
          clearable
          data={options}
          value={agent}
          onChange={setAgent}
        />
        <Select
          label={t('assign.team')}
          description={t('assign.teamText')}
          placeholder={t('assign.none')}
          searchable
          clearable
          data={teamNames}
          value={team}
          onChange={setTeam}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('shell:action.cancel')}
          </Button>
          <Button
            loading={assign.isPending}
            disabled={Object.keys(change).length === 0}
            onClick={() =>
              assign.mutate(change, {
                onSuccess() {
                  say(t('assign.done'))
                  onClose()
                },
              })
            }
          >
            {t('shell:action.save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

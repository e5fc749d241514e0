// Who the voices of a conversation are. Where it is not known, or wrong, somebody says so for all that a voice said.

import { Select, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { say, sayFailure } from '../../components/actions.tsx'
import { useSetRole } from './changes.ts'
import { type Conversation, type Side, sides } from './queries.ts'

export function Speakers({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('interaction')
  const may = useMay()('calls:annotate')
  const { id, participants, transcript, is_masked } = conversation
  const set = useSetRole(id)
  if (!transcript) return null
  return (
    <Stack gap="xs">
      {participants.map(({ id: participant_id, name, role, channel_index }, index) => {
        const label =
          name ?? t(channel_index === null ? 'speakers.voice' : 'player.channel', { n: (channel_index ?? index) + 1 })
        return (
          <Select
            key={participant_id}
            size="xs"
            label={label}
            allowDeselect={false}
            disabled={!may || is_masked || set.isPending}
            data={sides.map((value) => ({ value, label: t(`side.${value}`) }))}
            value={role}
            onChange={(to) =>
              to &&
              to !== role &&
              set.mutate(
                { participant_id, role: to as Side, revision: transcript.revision },
                { onSuccess: () => say(t('speakers.saved')), onError: sayFailure },
              )
            }
          />
        )
      })}
    </Stack>
  )
}

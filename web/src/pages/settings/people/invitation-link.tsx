// What whoever invites passes on where no mail is set up; with mail, that it was sent.

import { Alert, CloseButton, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ShownOnce } from '../../../components/actions.tsx'
import { useFormats } from '../../../components/figures.tsx'
import type { Invited } from './queries.ts'

export function InvitationLink({ invited, onClose }: { invited: Invited; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'shell'])
  const { dateTime } = useFormats()
  const until = invited.invited_until ? dateTime(invited.invited_until) : ''
  return (
    <Group wrap="nowrap" align="flex-start" gap="xs" role="status">
      <div style={{ flex: 1, minWidth: 0 }}>
        {invited.invitation_url ? (
          <ShownOnce title={t('invitation.link', { email: invited.email })} secret={invited.invitation_url}>
            <Text size="sm">{t('invitation.until', { until })}</Text>
          </ShownOnce>
        ) : (
          <Alert color="teal">{t('invitation.sent', { email: invited.email, until })}</Alert>
        )}
        {invited.warnings?.map((one) => (
          <Alert key={one} color="yellow" mt="xs">
            {one}
          </Alert>
        ))}
      </div>
      <CloseButton onClick={onClose} aria-label={t('shell:action.close')} />
    </Group>
  )
}

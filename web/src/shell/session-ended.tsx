// The session has ended under an open page: sign in over it, so that nothing on it is lost.

import { Modal, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { sessionQuery } from '../api/session.ts'
import { useSessionHasEnded } from '../api/session-store.ts'
import { SignInForm } from './sign-in-form.tsx'

export function SessionEnded() {
  const { t } = useTranslation()
  const hasEnded = useSessionHasEnded()
  const client = useQueryClient()
  return (
    <Modal
      opened={hasEnded}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('signIn.again.title')}
    >
      <Text size="sm" mb="md">
        {t('signIn.again.text')}
      </Text>
      <SignInForm
        onSignedIn={async () => {
          await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
          await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
        }}
      />
    </Modal>
  )
}

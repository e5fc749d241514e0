// One event, as every channel tells it.

import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { When } from '../../../components/figures.tsx'
import { JsonText } from '../parts/code.tsx'
import { OnePage } from '../parts/one-page.tsx'
import { To } from '../parts/to.tsx'
import { eventQuery } from '../webhooks/queries.ts'

export function EventPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(eventQuery(id))}
      section="events"
      room={t('events.title')}
      title={(one) => one?.type ?? t('events.one')}
      standing={({ timestamp }) => <When at={timestamp} />}
    >
      {(event) => {
        const { conversation_id: conversation } = event.data as { conversation_id?: unknown }
        return (
          <Stack>
            {typeof conversation === 'string' && (
              <To to="/interactions/$id" params={{ id: conversation }}>
                {t('events.openConversation')}
              </To>
            )}
            <JsonText value={event} label={t('events.one')} maxHeight={1200} />
          </Stack>
        )
      }}
    </OnePage>
  )
}

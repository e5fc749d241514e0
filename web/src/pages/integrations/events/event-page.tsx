// One event, as every channel tells it.

import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { When } from '../../../components/figures.tsx'
import { Page } from '../../../components/page.tsx'
import { Loaded } from '../../../components/states.tsx'
import { JsonText } from '../parts/code.tsx'
import { To } from '../parts/to.tsx'
import { eventQuery } from '../webhooks/queries.ts'

export function EventPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  const event = useQuery(eventQuery(id))
  const conversation = (event.data?.data as { conversation_id?: unknown } | undefined)?.conversation_id
  return (
    <Page
      title={event.data?.type ?? t('events.one')}
      about={
        <>
          <To to="/integrations/$section" params={{ section: 'events' }}>
            {t('events.title')}
          </To>
          {event.data && (
            <>
              {' · '}
              <When at={event.data.timestamp} />
            </>
          )}
        </>
      }
    >
      <Loaded query={event}>
        {(found) => (
          <Stack>
            {typeof conversation === 'string' && (
              <To to="/interactions/$id" params={{ id: conversation }}>
                {t('events.openConversation')}
              </To>
            )}
            <JsonText value={found} label={t('events.one')} maxHeight={1200} />
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}

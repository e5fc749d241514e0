// What a source has sent: each message as it came, what became of it, and the way to process it again.

import {
  Alert,
  Button,
  Drawer,
  Group,
  ScrollArea,
  SegmentedControl,
  Stack,
  Table,
  Text,
  UnstyledButton,
} from '@mantine/core'
import { IconInbox } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useFormats, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank, Loaded } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { asReadable, CodeText, JsonText } from '../parts/code.tsx'
import { Status } from '../parts/status.tsx'
import { To } from '../parts/to.tsx'
import { messageQuery, messageStates, messageTones, readMessages } from './queries.ts'

export function Messages({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  const { bytes } = useFormats()
  const { search, set } = useAddress()
  const messages = usePages(
    ['inbound', 'messages', id, search.state],
    (cursor) => readMessages(id, search.state, cursor),
    {
      everyMs: 5000,
    },
  )
  return (
    <Stack gap="sm">
      <ScrollArea type="auto" offsetScrollbars="x">
        <SegmentedControl
          aria-label={t('inbound.messageState')}
          value={search.state ?? ''}
          onChange={(state) => set({ state: state || undefined })}
          data={[
            { value: '', label: t('all') },
            ...messageStates.map((value) => ({ value, label: t(`inbound.message.${value}`) })),
          ]}
        />
      </ScrollArea>
      <Listed
        query={messages}
        blank={
          <Blank title={t('inbound.noMessages.title')} icon={IconInbox}>
            {t(search.state ? 'inbound.noMessages.filtered' : 'inbound.noMessages.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('inbound.messages')}
            headings={(['message', 'state', 'size', 'at'] as const).map((key) => t(`inbound.messageColumn.${key}`))}
          >
            {rows.map((row) => (
              <Table.Tr key={row.message_id}>
                <Table.Td maw={320}>
                  <UnstyledButton onClick={() => set({ message: row.message_id })} mih={24}>
                    <Text size="sm" fw={600} c="var(--mantine-color-anchor)" truncate>
                      {row.kind ?? row.provider_id ?? row.message_id}
                    </Text>
                  </UnstyledButton>
                </Table.Td>
                <Table.Td maw={340}>
                  <Status tone={messageTones[row.state]}>{t(`inbound.message.${row.state}`)}</Status>
                  {row.reason && (
                    <Text size="xs" lineClamp={2}>
                      {row.reason}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>{bytes(row.size_bytes)}</Table.Td>
                <Table.Td>
                  <When at={row.received_at} relative />
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.message && <MessageDrawer id={id} message={search.message} onClose={() => set({ message: undefined })} />}
    </Stack>
  )
}

function MessageDrawer({ id, message, onClose }: { id: string; message: string; onClose: () => void }) {
  const { t } = useTranslation('integrations')
  const query = useQuery(messageQuery(id, message))
  const params = { path: { id, message_id: message } }
  const again = useAct(() => told(api.POST('/v1/inbound-sources/{id}/messages/{message_id}/process', { params })), {
    touches: [['inbound']],
    done: t('inbound.said.again'),
  })
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t('inbound.oneMessage')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <Loaded query={query}>
        {(found) => {
          const conversation = found.result?.conversation_id
          return (
            <Stack>
              <Group>
                <Status tone={messageTones[found.state]}>{t(`inbound.message.${found.state}`)}</Status>
                <Button size="xs" variant="light" loading={again.isPending} onClick={() => again.mutate()}>
                  {t('inbound.again')}
                </Button>
                {typeof conversation === 'string' && (
                  <To to="/interactions/$id" params={{ id: conversation }}>
                    {t('events.openConversation')}
                  </To>
                )}
              </Group>
              {found.reason && <Alert color={found.state === 'failed' ? 'red' : 'gray'}>{found.reason}</Alert>}
              <CodeText
                label={t('inbound.body')}
                text={found.body_encoding === 'utf8' ? asReadable(found.body) : found.body}
              />
              <JsonText value={found.headers} label={t('webhooks.attempt.headers')} />
              {found.result && <JsonText value={found.result} label={t('inbound.result')} />}
            </Stack>
          )
        }}
      </Loaded>
    </Drawer>
  )
}

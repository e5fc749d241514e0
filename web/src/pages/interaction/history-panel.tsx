// How a conversation came to be what it is: stages with their times, revisions of its words with who and what, and each
// analysis with the engine that made it.

import { Alert, Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { ask, say, sayFailure } from '../../components/actions.tsx'
import { useFormats, When } from '../../components/figures.tsx'
import { Loaded } from '../../components/states.tsx'
import { useRestore } from './changes.ts'
import { analysesQuery, type Conversation, type Provenance, type Revision, revisionsQuery } from './queries.ts'
import { Stages } from './stages.tsx'

const engineText = ({ name, model, version }: Provenance) => [name, model, version].filter(Boolean).join(' · ')

export function HistoryPanel({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('interaction')
  const { id, stages, transcript } = conversation
  const revisions = useQuery({ ...revisionsQuery(id), enabled: transcript !== null })
  const analyses = useQuery({ ...analysesQuery(id), enabled: conversation.analysis !== null })
  return (
    <Stack gap="md">
      <section aria-labelledby="origin-title">
        <Title order={3} id="origin-title" mb={4}>
          {t('history.origin')}
        </Title>
        <Origin conversation={conversation} />
      </section>
      <section aria-labelledby="stages-title">
        <Title order={3} id="stages-title" mb={4}>
          {t('stages.title')}
        </Title>
        <Stages stages={stages} />
      </section>
      {transcript && (
        <section aria-labelledby="revisions-title">
          <Title order={3} id="revisions-title" mb={4}>
            {t('history.revisions')}
          </Title>
          <Loaded query={revisions}>
            {(all) => (
              <Stack gap="xs" component="ol" className="history">
                {all.map((one) => (
                  <OneRevision key={one.revision} conversation={conversation} revision={one} />
                ))}
              </Stack>
            )}
          </Loaded>
        </section>
      )}
      {conversation.analysis && (
        <section aria-labelledby="analyses-title">
          <Title order={3} id="analyses-title" mb={4}>
            {t('history.analyses')}
          </Title>
          <Loaded query={analyses}>
            {(all) => (
              <Table verticalSpacing={4}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('history.at')}</Table.Th>
                    <Table.Th>{t('history.ofRevision')}</Table.Th>
                    <Table.Th>{t('history.engine')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {all.map((one) => (
                    <Table.Tr key={one.id}>
                      <Table.Td>
                        <When at={one.created_at} />
                      </Table.Td>
                      <Table.Td>{one.transcript_revision}</Table.Td>
                      <Table.Td>
                        {engineText(one.provenance as Provenance)}{' '}
                        {one.is_current && (
                          <Badge size="xs" variant="light" tt="none">
                            {t('history.current')}
                          </Badge>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )}
          </Loaded>
        </section>
      )}
      {conversation.warnings.length > 0 && (
        <Alert color="yellow" title={t('history.warnings')}>
          {conversation.warnings.map((warning) => (
            <Text key={warning} size="sm">
              {warning}
            </Text>
          ))}
        </Alert>
      )}
    </Stack>
  )
}

function Origin({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('interaction')
  const { bytes } = useFormats()
  const {
    source,
    external_id,
    received_at,
    completed_at,
    recording,
    metadata,
    caller_number,
    called_number,
    customer,
  } = conversation
  const size = (recording as { size_bytes?: number } | null)?.size_bytes
  const facts: [string, React.ReactNode][] = [
    [t('history.source'), source],
    [t('history.received'), <When key="at" at={received_at} />],
    ...(completed_at ? ([[t('history.completed'), <When key="at" at={completed_at} />]] as const) : []),
    ...(external_id ? ([[t('history.externalId'), external_id]] as const) : []),
    ...(caller_number ? ([[t('history.caller'), caller_number]] as const) : []),
    ...(called_number ? ([[t('history.called'), called_number]] as const) : []),
    ...(customer.ref ? ([[t('history.customer'), customer.ref]] as const) : []),
    ...(recording?.file_name ? ([[t('history.file'), recording.file_name]] as const) : []),
    ...(size ? ([[t('history.size'), bytes(size)]] as const) : []),
    ...Object.entries(metadata as Record<string, unknown>).map(
      ([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)] as [string, string],
    ),
  ].map(([name, value]) => [String(name), value])
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function OneRevision({ conversation, revision }: { conversation: Conversation; revision: Revision }) {
  const { t } = useTranslation('interaction')
  const may = useMay()('calls:annotate')
  const restore = useRestore(conversation.id)
  const { edit, source, engine } = revision
  const { kind, fields, from_revision } = (edit ?? {}) as { kind?: string; fields?: string[]; from_revision?: number }
  const what = kind
    ? t(`history.edit.${kind}` as 'history.edit.turn', {
        fields: (fields ?? []).map((one) => t(`history.field.${one}` as 'history.field.text', one)).join(', '),
        revision: from_revision,
        defaultValue: kind,
      })
    : t(`history.from.${source}` as 'history.from.asr', { defaultValue: source })
  return (
    <li>
      <Group gap="xs" justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text size="sm">
            <b>{revision.revision}</b> {what}{' '}
            {revision.is_current && (
              <Badge size="xs" variant="light" tt="none">
                {t('history.current')}
              </Badge>
            )}
          </Text>
          <Text size="xs" c="dimmed">
            {revision.created_by ? `${revision.created_by_name ?? t('who.program')} · ` : ''}
            {!kind && engine ? `${engineText(engine as Provenance)} · ` : ''}
            <When at={revision.created_at} />
          </Text>
        </div>
        {may && !revision.is_current && !conversation.is_masked && (
          <Button
            size="compact-xs"
            variant="subtle"
            loading={restore.isPending}
            onClick={() =>
              ask({
                title: t('history.restoreTitle', { revision: revision.revision }),
                text: t('history.restoreText'),
                confirm: t('history.restore'),
                isHarmless: true,
                onConfirm: () =>
                  restore.mutate(revision.revision, {
                    onSuccess: () => say(t('history.restored')),
                    onError: sayFailure,
                  }),
              })
            }
          >
            {t('history.restore')}
          </Button>
        )}
      </Group>
    </li>
  )
}

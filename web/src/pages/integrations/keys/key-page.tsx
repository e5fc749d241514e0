// One key: what it may do, which secrets open it and when each was last used, and how much it is used.

import { Alert, Button, Code, Stack, Table, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { useActorNames } from '../../../components/actor-names.ts'
import { Absent, When } from '../../../components/figures.tsx'
import { Loaded } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { DayBars } from '../parts/day-bars.tsx'
import { Facts } from '../parts/facts.tsx'
import { Once } from '../parts/once.tsx'
import { OnePage } from '../parts/one-page.tsx'
import { RotateDialog } from '../parts/rotate-dialog.tsx'
import { useScopeWords } from '../parts/scopes.tsx'
import { Status } from '../parts/status.tsx'
import { KeyForm } from './key-form.tsx'
import { type ApiKey, keyQuery, keyTones, usageQuery } from './queries.ts'

export function KeyPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(keyQuery(id))}
      section="keys"
      room={t('keys.title')}
      title={(one) => one?.name ?? t('keys.one')}
      standing={(key) => <Status tone={keyTones[key.status]}>{t(`keys.status.${key.status}`)}</Status>}
      actions={(key) => key.status !== 'revoked' && <Actions known={key} />}
    >
      {(key) => <Body known={key} />}
    </OnePage>
  )
}

function Actions({ known }: { known: ApiKey }) {
  const { t } = useTranslation('integrations')
  const { search, set } = useAddress()
  const [isRotating, rotating] = useDisclosure()
  const [fresh, setFresh] = useState<string | null>(null)
  const params = { path: { id: known.id } }
  const rotate = useAct(
    (overlap_hours: number) => told(api.POST('/v1/api-keys/{id}/rotate', { params, body: { overlap_hours } })),
    {
      touches: [['keys']],
      onDone({ api_key }) {
        rotating.close()
        setFresh(api_key)
      },
    },
  )
  const revoke = useAct(() => told(api.DELETE('/v1/api-keys/{id}', { params })), {
    touches: [['keys']],
    done: t('keys.said.revoked'),
  })
  return (
    <>
      <Button variant="default" onClick={() => set({ open: 'edit' })}>
        {t('action.edit', { ns: 'shell' })}
      </Button>
      <Button variant="default" onClick={rotating.open}>
        {t('keys.rotate')}
      </Button>
      <Button
        variant="light"
        color="red"
        loading={revoke.isPending}
        onClick={() =>
          ask({
            title: t('keys.revoking.title', { name: known.name }),
            text: t('keys.revoking.text'),
            confirm: t('keys.revoke'),
            onConfirm: () => revoke.mutate(),
          })
        }
      >
        {t('keys.revoke')}
      </Button>
      <RotateDialog
        isOpen={isRotating}
        title={t('keys.rotate')}
        text={t('keys.rotateText')}
        hoursMax={720}
        isSending={rotate.isPending}
        onClose={rotating.close}
        onRotate={rotate.mutate}
      />
      <Once
        title={t('keys.rotated')}
        items={fresh ? [{ label: t('keys.one'), value: fresh }] : null}
        onClose={() => setFresh(null)}
      />
      {search.open === 'edit' && (
        <KeyForm known={known} onClose={() => set({ open: undefined })} onDone={() => set({ open: undefined })} />
      )}
    </>
  )
}

function Body({ known }: { known: ApiKey }) {
  const { t } = useTranslation('integrations')
  const words = useScopeWords()
  const nameOf = useActorNames()
  const usage = useQuery(usageQuery(known.id))
  return (
    <Stack>
      {known.warning && <Alert color="yellow">{known.warning}</Alert>}
      <Facts
        label={t('keys.one')}
        facts={[
          { name: t('keys.environment'), value: known.environment },
          { name: t('created'), value: <When at={known.created_at} /> },
          { name: t('keys.by'), value: nameOf(known.created_by) },
          { name: t('keys.column.ends'), value: known.expires_at ? <When at={known.expires_at} /> : t('keys.noEnd') },
          {
            name: t('keys.column.lastUse'),
            value: known.last_used_at ? (
              <>
                <When at={known.last_used_at} relative /> · {known.last_used_address}
              </>
            ) : (
              <Absent reason={t('keys.unusedYet')} />
            ),
          },
          ...(known.revoked_at ? [{ name: t('keys.status.revoked'), value: <When at={known.revoked_at} /> }] : []),
        ]}
      />
      <Title order={2}>{t('keys.usage')}</Title>
      <Loaded query={usage}>
        {({ by_day, requests, days }) => (
          <DayBars
            days={days}
            values={by_day.map(({ day, requests: count }) => ({ day, count }))}
            label={t('keys.usageLabel', { count: requests, days })}
          />
        )}
      </Loaded>
      <Title order={2}>{t('keys.secrets')}</Title>
      <TableRegion
        label={t('keys.secrets')}
        headings={(['secret', 'made', 'until', 'lastUse'] as const).map((key) => t(`keys.secretColumn.${key}`))}
      >
        {known.secrets.map((secret) => (
          <Table.Tr key={`${secret.masked} ${secret.created_at}`}>
            <Table.Td>
              <Code>{secret.masked}</Code>
            </Table.Td>
            <Table.Td>
              <When at={secret.created_at} />
            </Table.Td>
            <Table.Td>{secret.valid_until ? <When at={secret.valid_until} relative /> : t('keys.noEnd')}</Table.Td>
            <Table.Td>
              {secret.last_used_at ? (
                <When at={secret.last_used_at} relative />
              ) : (
                <Absent reason={t('keys.unusedYet')} />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </TableRegion>
      <Title order={2}>{t('scope.label')}</Title>
      <Stack component="ul" gap={4} m={0} pl="md">
        {known.scopes.map((scope) => (
          <Text component="li" size="sm" key={scope}>
            {words(scope)} <Code>{scope}</Code>
          </Text>
        ))}
      </Stack>
    </Stack>
  )
}

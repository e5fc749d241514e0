// One application: what it may do at most, who has allowed it what, and its secret.

import { Button, Code, Stack, Table, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconUsers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { useActorNames } from '../../../components/actor-names.ts'
import { Absent, useFormats, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { DeleteButton } from '../parts/delete-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { Once } from '../parts/once.tsx'
import { OnePage } from '../parts/one-page.tsx'
import { RotateDialog } from '../parts/rotate-dialog.tsx'
import { ScopeList } from '../parts/scopes.tsx'
import { Status } from '../parts/status.tsx'
import { ApplicationForm } from './application-form.tsx'
import { type Application, applicationQuery, readGrants } from './queries.ts'

export function ApplicationPage({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  return (
    <OnePage
      query={useQuery(applicationQuery(id))}
      section="applications"
      room={t('applications.title')}
      title={(one) => one?.name ?? t('applications.one')}
      standing={(application) => (
        <Status tone={application.is_active ? 'good' : 'quiet'}>
          {t(application.is_active ? 'applications.active' : 'applications.stopped')}
        </Status>
      )}
      actions={(application) => <Actions known={application} />}
    >
      {(application) => <Body known={application} />}
    </OnePage>
  )
}

function Actions({ known }: { known: Application }) {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  const [isRotating, rotating] = useDisclosure()
  const [fresh, setFresh] = useState<string | null>(null)
  const params = { path: { id: known.client_id } }
  const touches = [['applications']]
  const rotate = useAct(
    (overlap_hours: number) =>
      told(api.POST('/v1/oauth/applications/{id}/rotate-secret', { params, body: { overlap_hours } })),
    {
      touches,
      onDone({ client_secret }) {
        rotating.close()
        setFresh(client_secret)
      },
    },
  )
  const turn = useAct(
    (is_active: boolean) => told(api.PATCH('/v1/oauth/applications/{id}', { params, body: { is_active } })),
    { touches },
  )
  const remove = useAct(() => told(api.DELETE('/v1/oauth/applications/{id}', { params })), {
    touches: [['applications', 'list']],
    done: t('applications.said.deleted'),
    onDone: () => go({ section: 'applications' }),
  })
  return (
    <>
      <Button variant="default" onClick={() => set({ open: 'edit' })}>
        {t('action.edit', { ns: 'shell' })}
      </Button>
      {known.kind === 'confidential' && (
        <Button variant="default" onClick={rotating.open}>
          {t('applications.rotate')}
        </Button>
      )}
      <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate(!known.is_active)}>
        {t(known.is_active ? 'applications.stop' : 'applications.start')}
      </Button>
      <DeleteButton
        title={t('applications.deleting.title', { name: known.name })}
        text={t('applications.deleting.text')}
        onDelete={() => remove.mutate()}
      />
      <RotateDialog
        isOpen={isRotating}
        title={t('applications.rotate')}
        text={t('applications.rotateText')}
        hoursMax={168}
        isSending={rotate.isPending}
        onClose={rotating.close}
        onRotate={rotate.mutate}
      />
      <Once
        title={t('applications.rotated')}
        items={fresh ? [{ label: t('applications.secret'), value: fresh }] : null}
        onClose={() => setFresh(null)}
      />
      {search.open === 'edit' && (
        <ApplicationForm
          known={known}
          onClose={() => set({ open: undefined })}
          onDone={() => set({ open: undefined })}
        />
      )}
    </>
  )
}

function Body({ known }: { known: Application }) {
  const { t } = useTranslation('integrations')
  const { dateTime } = useFormats()
  return (
    <Stack>
      <Facts
        label={t('applications.one')}
        facts={[
          { name: t('applications.clientId'), value: <Code>{known.client_id}</Code> },
          { name: t('applications.where'), value: t(`applications.kind.${known.kind as 'public'}`) },
          {
            name: t('applications.secret'),
            value: known.masked_secret ? (
              <Code>{known.masked_secret}</Code>
            ) : (
              <Absent reason={t('applications.noSecret')} />
            ),
          },
          ...(known.former_secret_until
            ? [{ name: t('applications.former'), value: t('until', { at: dateTime(known.former_secret_until) }) }]
            : []),
          {
            name: t('applications.redirects'),
            value: known.redirect_uris.join(', ') || <Absent reason={t('nothing')} />,
          },
          { name: t('applications.alone'), value: t(known.acts_alone ? 'yes' : 'no') },
          { name: t('created'), value: <When at={known.created_at} /> },
          { name: t('scope.label'), value: <ScopeList scopes={known.scopes} max={30} /> },
        ]}
      />
      <Title order={2}>{t('applications.grants')}</Title>
      <Grants id={known.client_id} />
    </Stack>
  )
}

function Grants({ id }: { id: string }) {
  const { t } = useTranslation('integrations')
  const nameOfUser = useActorNames()
  const grants = usePages(['applications', 'grants', id], (cursor) => readGrants(id, cursor))
  const end = useAct(
    (grant_id: string) =>
      told(api.DELETE('/v1/oauth/applications/{id}/grants/{grant_id}', { params: { path: { id, grant_id } } })),
    { touches: [['applications']], done: t('applications.said.ended') },
  )
  return (
    <Listed
      query={grants}
      blank={
        <Blank title={t('applications.noGrants.title')} icon={IconUsers}>
          {t('applications.noGrants.text')}
        </Blank>
      }
    >
      {(rows) => (
        <TableRegion
          label={t('applications.grants')}
          headings={(['person', 'scopes', 'since', 'lastToken', 'act'] as const).map((key) =>
            t(`applications.grantColumn.${key}`),
          )}
        >
          {rows.map((grant) => (
            <Table.Tr key={grant.id}>
              <Table.Td>{nameOfUser(grant.user_id)}</Table.Td>
              <Table.Td>
                <ScopeList scopes={grant.scopes} />
              </Table.Td>
              <Table.Td>
                <When at={grant.created_at} relative />
              </Table.Td>
              <Table.Td>
                <When at={grant.last_token_at} relative />
              </Table.Td>
              <Table.Td>
                <Button
                  size="compact-sm"
                  variant="light"
                  color="red"
                  onClick={() =>
                    ask({
                      title: t('applications.ending.title'),
                      text: t('applications.ending.text', { name: nameOfUser(grant.user_id) }),
                      confirm: t('applications.end'),
                      onConfirm: () => end.mutate(grant.id),
                    })
                  }
                >
                  {t('applications.end')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </TableRegion>
      )}
    </Listed>
  )
}

// The applications that may ask for tokens.

import { Button, Table } from '@mantine/core'
import { IconApps, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { Page } from '../../../components/page.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { NameLink } from '../parts/name-link.tsx'
import { Once } from '../parts/once.tsx'
import { ScopeList } from '../parts/scopes.tsx'
import { Status } from '../parts/status.tsx'
import { ApplicationForm } from './application-form.tsx'
import { type FreshApplication, readApplications } from './queries.ts'

export function ApplicationsList() {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  const [fresh, setFresh] = useState<FreshApplication | null>(null)
  const applications = usePages(['applications', 'list'], readApplications)
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ open: 'new' })}>
      {t('applications.add')}
    </Button>
  )
  return (
    <Page title={t('applications.title')} about={t('applications.about')} actions={create}>
      <Listed
        query={applications}
        blank={
          <Blank title={t('applications.none.title')} icon={IconApps} action={create}>
            {t('applications.none.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('applications.title')}
            headings={(['name', 'state', 'scopes', 'made'] as const).map((key) => t(`applications.column.${key}`))}
          >
            {rows.map((one) => (
              <Table.Tr key={one.client_id}>
                <Table.Td>
                  <NameLink
                    section="applications"
                    id={one.client_id}
                    under={t(`applications.kind.${one.kind as 'public'}`)}
                  >
                    {one.name}
                  </NameLink>
                </Table.Td>
                <Table.Td>
                  <Status tone={one.is_active ? 'good' : 'quiet'}>
                    {t(one.is_active ? 'applications.active' : 'applications.stopped')}
                  </Status>
                </Table.Td>
                <Table.Td>
                  <ScopeList scopes={one.scopes} />
                </Table.Td>
                <Table.Td>
                  <When at={one.created_at} relative />
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.open === 'new' && (
        <ApplicationForm
          onClose={() => set({ open: undefined })}
          onDone={(made) => {
            set({ open: undefined })
            setFresh(made as FreshApplication)
          }}
        />
      )}
      <Once
        title={t('applications.made')}
        items={fresh && credentials(fresh, t('applications.clientId'), t('applications.secret'))}
        onClose={() => {
          const id = fresh?.client_id ?? ''
          setFresh(null)
          go({ section: 'applications', id })
        }}
      />
    </Page>
  )
}

const credentials = ({ client_id, client_secret }: FreshApplication, id: string, secret: string) => [
  { label: id, value: client_id },
  ...(client_secret ? [{ label: secret, value: client_secret }] : []),
]

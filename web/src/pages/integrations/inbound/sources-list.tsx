// The systems that send webhooks here.

import { Button, Table, Text } from '@mantine/core'
import { IconArrowBarToDown, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Absent, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { Page } from '../../../components/page.tsx'
import { usePages } from '../../../components/pages.ts'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { useAddress } from '../parts/address.ts'
import { NameLink } from '../parts/name-link.tsx'
import { Once } from '../parts/once.tsx'
import { Status } from '../parts/status.tsx'
import { type FreshSource, readSources, type Scheme } from './queries.ts'
import { SourceForm } from './source-form.tsx'

export function SourcesList() {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  const [fresh, setFresh] = useState<FreshSource | null>(null)
  const sources = usePages(['inbound', 'list'], readSources, { everyMs: 15_000 })
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ open: 'new' })}>
      {t('inbound.add')}
    </Button>
  )
  return (
    <Page title={t('inbound.title')} about={t('inbound.about')} actions={create}>
      <Listed
        query={sources}
        blank={
          <Blank title={t('inbound.none.title')} icon={IconArrowBarToDown} action={create}>
            {t('inbound.none.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('inbound.title')}
            headings={(['name', 'state', 'received', 'refused'] as const).map((key) => t(`inbound.column.${key}`))}
          >
            {rows.map((source) => (
              <Table.Tr key={source.source_id}>
                <Table.Td>
                  <NameLink
                    section="inbound"
                    id={source.source_id}
                    under={t(`inbound.scheme.${source.scheme as Scheme}`)}
                  >
                    {source.name}
                  </NameLink>
                </Table.Td>
                <Table.Td>
                  <Status tone={source.status === 'active' ? 'good' : 'quiet'}>
                    {t(`inbound.status.${source.status}`)}
                  </Status>
                </Table.Td>
                <Table.Td>
                  {source.last_received_at ? (
                    <When at={source.last_received_at} relative />
                  ) : (
                    <Absent reason={t('inbound.nothingYet')} />
                  )}
                </Table.Td>
                <Table.Td>
                  {source.last_refused_at ? (
                    <>
                      <When at={source.last_refused_at} relative />
                      <Text size="xs">
                        {t(`inbound.refusal.${source.last_refusal as 'not_proven'}`, {
                          defaultValue: source.last_refusal ?? '',
                        })}
                      </Text>
                    </>
                  ) : (
                    <Absent reason={t('inbound.noneRefused')} />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.open === 'new' && (
        <SourceForm
          onClose={() => set({ open: undefined })}
          onDone={(made) => {
            set({ open: undefined })
            setFresh(made as FreshSource)
          }}
        />
      )}
      <Once
        title={t('inbound.made')}
        items={
          fresh && [
            { label: t('inbound.address'), value: fresh.url },
            ...(fresh.secret ? [{ label: t('inbound.secret'), value: fresh.secret }] : []),
          ]
        }
        onClose={() => {
          const id = fresh?.source_id ?? ''
          setFresh(null)
          go({ section: 'inbound', id })
        }}
      />
    </Page>
  )
}

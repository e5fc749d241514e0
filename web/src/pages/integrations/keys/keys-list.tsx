// All keys, the newest first: what each may do, when it was last used, when it ends.

import { Badge, Button, Group, Select, Table, Text } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
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
import { ScopeList } from '../parts/scopes.tsx'
import { Status } from '../parts/status.tsx'
import { KeyForm } from './key-form.tsx'
import { type FreshKey, keyTones, readKeys } from './queries.ts'

export function KeysList() {
  const { t } = useTranslation('integrations')
  const { search, set } = useAddress()
  const [fresh, setFresh] = useState<FreshKey | null>(null)
  const keys = usePages(['keys', 'list', search.unused], (cursor) => readKeys(search.unused, cursor))
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ open: 'new' })}>
      {t('keys.add')}
    </Button>
  )
  return (
    <Page title={t('keys.title')} about={t('keys.about')} actions={create}>
      <Group>
        <Select
          label={t('keys.show')}
          allowDeselect={false}
          data={[
            { value: '', label: t('keys.everyKey') },
            ...['30', '90', '180'].map((days) => ({ value: days, label: t('keys.unused', { count: Number(days) }) })),
          ]}
          value={search.unused ?? ''}
          onChange={(unused) => set({ unused: unused || undefined })}
        />
      </Group>
      <Listed
        query={keys}
        blank={
          <Blank title={t('keys.none.title')} icon={IconKey} action={search.unused ? undefined : create}>
            {t(search.unused ? 'keys.none.unused' : 'keys.none.text')}
          </Blank>
        }
      >
        {(rows) => (
          <TableRegion
            label={t('keys.title')}
            minWidth={860}
            headings={(['name', 'state', 'scopes', 'lastUse', 'ends'] as const).map((key) => t(`keys.column.${key}`))}
          >
            {rows.map((key) => (
              <Table.Tr key={key.id}>
                <Table.Td>
                  <NameLink section="keys" id={key.id} under={key.secrets[0]?.masked}>
                    {key.name}
                  </NameLink>
                </Table.Td>
                <Table.Td>
                  <Group gap={6} wrap="nowrap">
                    <Status tone={keyTones[key.status]}>{t(`keys.status.${key.status}`)}</Status>
                    <Badge variant="default" tt="none" fw={400}>
                      {key.environment}
                    </Badge>
                  </Group>
                </Table.Td>
                <Table.Td>
                  <ScopeList scopes={key.scopes} />
                </Table.Td>
                <Table.Td>
                  {key.last_used_at ? <When at={key.last_used_at} relative /> : <Absent reason={t('keys.unusedYet')} />}
                </Table.Td>
                <Table.Td>
                  {key.expires_at ? <When at={key.expires_at} relative /> : t('keys.noEnd')}
                  {key.warning && (
                    <Text size="xs" fw={600}>
                      {key.warning}
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {search.open === 'new' && (
        <KeyForm
          onClose={() => set({ open: undefined })}
          onDone={(made) => {
            set({ open: undefined })
            setFresh(made as FreshKey)
          }}
        />
      )}
      <Once
        title={t('keys.made')}
        items={fresh && [{ label: t('keys.one'), value: fresh.api_key }]}
        onClose={() => setFresh(null)}
      />
    </Page>
  )
}

// Who did what: filtered, in detail, as a file, and checked.

import { Badge, Button, Code, Group, Menu, Table, Text, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useActorNames } from '../../../components/actor-names.ts'
import { useAddress } from '../../../components/address.ts'
import { Absent, When } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Panel } from '../../../components/panel.tsx'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { AuditFilters, filtersOf } from './audit-filters.tsx'
import { type Entry, exportAddress, readAudit } from './queries.ts'
import { Heads, Verification } from './verification.tsx'

const tones = { ok: 'teal', denied: 'orange', failed: 'red' } as const

export function AuditPart() {
  const { t } = useTranslation(['settings', 'shell'])
  const { search } = useAddress()
  const filters = filtersOf(search)
  const entries = usePages(['audit', filters], (cursor) => readAudit(filters, cursor))
  const nameOf = useActorNames()
  const [open, setOpen] = useState<number | null>(null)
  const columns = (['at', 'actor', 'action', 'target', 'result'] as const).map((name) => t(`audit.${name}`))
  return (
    <>
      <Verification />
      <Panel
        title={t('part.audit')}
        about={t('audit.about')}
        actions={<Export address={(as) => exportAddress(filters, as)} />}
      >
        <AuditFilters />
        <Listed query={entries} blank={<Blank title={t('audit.none')} />}>
          {(rows) => (
            <TableRegion label={t('part.audit')} headings={columns} minWidth={720}>
              {rows.map((entry) => (
                <Row
                  key={`${entry.seq}-${entry.at}`}
                  entry={entry}
                  actor={nameOf(entry.actor)}
                  isOpen={open === entry.seq}
                  onToggle={() => setOpen(open === entry.seq ? null : entry.seq)}
                />
              ))}
            </TableRegion>
          )}
        </Listed>
      </Panel>
      <Heads />
    </>
  )
}

function Row(props: { entry: Entry; actor: string; isOpen: boolean; onToggle: () => void }) {
  const { entry, actor, isOpen, onToggle } = props
  const { t } = useTranslation('settings')
  return (
    <>
      <Table.Tr>
        <Table.Td style={{ whiteSpace: 'nowrap' }}>
          <When at={entry.at} />
        </Table.Td>
        <Table.Td maw={180}>
          <Text size="sm" truncate title={entry.actor}>
            {actor}
          </Text>
        </Table.Td>
        <Table.Td>
          <UnstyledButton
            aria-expanded={isOpen}
            onClick={onToggle}
            aria-label={t('audit.details', { action: entry.action })}
          >
            <Code>{entry.action}</Code>
          </UnstyledButton>
        </Table.Td>
        <Table.Td maw={200}>
          {entry.target ? (
            <Text size="xs" ff="monospace" truncate title={entry.target}>
              {entry.target}
            </Text>
          ) : (
            <Absent reason={t('audit.noTarget')} />
          )}
        </Table.Td>
        <Table.Td>
          <Badge miw="max-content" variant="light" color={tones[entry.result]} tt="none" fw={550} size="sm">
            {t(`auditResult.${entry.result}`)}
          </Badge>
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            <Code block tabIndex={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {JSON.stringify(entry, null, 2)}
            </Code>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  )
}

function Export({ address }: { address: (format: 'csv' | 'ndjson') => string }) {
  const { t } = useTranslation('settings')
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {t('audit.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['csv', 'ndjson'] as const).map((format) => (
          <Menu.Item key={format} component="a" href={address(format)} download={`audit.${format}`}>
            <Group gap="xs">{t(`audit.as.${format}`)}</Group>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

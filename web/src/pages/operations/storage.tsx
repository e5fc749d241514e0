// Files, the database, backups.

import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats, When } from '../../components/figures.tsx'
import { Panel } from '../../components/panel.tsx'
import { Figures, Small } from './parts.tsx'
import type { State } from './queries.ts'

export function Storage({ state: { storage, database, backups } }: { state: State }) {
  const { t } = useTranslation('operations')
  const { number, bytes } = useFormats()
  const { migrations } = database
  return (
    <>
      <Panel title={t('storage.title')}>
        {storage.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('storage.none')}
          </Text>
        ) : (
          <Small
            label={t('storage.title')}
            columns={(['kind', 'files', 'size'] as const).map((one) => t(`storage.${one}`))}
            rows={storage.map((one) => ({
              id: one.kind,
              cells: [one.kind, number(one.files), bytes(one.size_bytes)],
            }))}
            minWidth={280}
          />
        )}
        <Text size="sm">
          <b>{t('storage.backup')}</b> {backups.reason}
        </Text>
      </Panel>
      <Panel title={t('database.title')}>
        <Figures
          label={t('database.title')}
          of={[
            { name: t('database.size'), value: bytes(database.size_bytes) },
            {
              name: t('database.connections'),
              value: t('database.ofMax', {
                used: number(database.connections),
                max: number(database.connections_max),
              }),
            },
            { name: t('database.version'), value: database.version },
            { name: t('database.migrations'), value: number(migrations.applied) },
            { name: t('database.newest'), value: migrations.newest },
            { name: t('database.newestAt'), value: <When at={migrations.newest_at} relative /> },
          ]}
        />
        <Small
          label={t('database.largest')}
          columns={(['table', 'size', 'rows'] as const).map((one) => t(`database.${one}`))}
          rows={database.largest_tables.map((one) => ({
            id: one.table,
            cells: [one.table, bytes(one.size_bytes), number(one.rows_estimated)],
          }))}
          minWidth={280}
        />
      </Panel>
    </>
  )
}

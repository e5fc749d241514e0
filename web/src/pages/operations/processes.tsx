// The processes of the installation, on every machine.

import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Absent, useFormats } from '../../components/figures.tsx'
import { Panel } from '../../components/panel.tsx'
import { useLengths } from './lengths.ts'
import { Small } from './parts.tsx'
import type { State } from './queries.ts'

export function Processes({ state: { processes } }: { state: State }) {
  const { t } = useTranslation('operations')
  const { number, bytes } = useFormats()
  const { seconds } = useLengths()
  const columns = ['host', 'state', 'does', 'uptime', 'version', 'speech', 'memory', 'disk', 'requests'] as const
  return (
    <Panel title={t('processes.title')} about={t('processes.about')}>
      <Small
        label={t('processes.title')}
        columns={columns.map((one) => t(`processes.${one}`))}
        areNumbers={false}
        minWidth={980}
        rows={processes.map((one) => ({
          id: one.id,
          cells: [
            `${one.host} · ${one.pid}`,
            <Badge
              key="state"
              miw="max-content"
              color={one.is_alive ? 'teal' : 'red'}
              variant="light"
              tt="none"
              fw={550}
              size="sm"
            >
              {t(one.is_alive ? 'processes.alive' : 'processes.dead')}
            </Badge>,
            [one.serves && t('processes.serves'), one.works && t('processes.works')].filter(Boolean).join(', '),
            seconds(one.uptime_s),
            `${one.version} · Node ${one.node_version.replace(/^v/, '')}`,
            one.speech_engine ?? <Absent key="speech" reason={t('processes.noSpeech')} />,
            bytes(one.memory_bytes),
            one.disk_free_bytes === null ? (
              <Absent key="disk" />
            ) : (
              t('processes.free', { free: bytes(one.disk_free_bytes), size: bytes(one.disk_size_bytes ?? 0) })
            ),
            t('processes.answered', {
              requests: number(one.requests),
              refused: number(one.refused_by_limits),
              errors: number(one.errors),
            }),
          ],
        }))}
      />
    </Panel>
  )
}

// How each room is doing, in one line. Lists are looked at by their first page; what is beyond is said with a plus.

import { queryOptions } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../components/figures.tsx'
import { readAlerts } from './alerts/queries.ts'
import { readApplications } from './applications/queries.ts'
import { readGroups } from './dead-letters/queries.ts'
import { headQuery } from './events/queries.ts'
import { readSources } from './inbound/queries.ts'
import { readKeys } from './keys/queries.ts'
import { readFolders } from './remote-folders/queries.ts'
import type { SectionName } from './sections.ts'
import { conditionOf } from './webhooks/endpoint-status.tsx'
import { readEndpoints } from './webhooks/queries.ts'

type Line = { text: string; tone: 'good' | 'bad' | 'quiet' }

const everyMs = 30_000

export function useHealthLine(name: SectionName) {
  const { t } = useTranslation('integrations')
  const { number, ago } = useFormats()
  const joined = (parts: (string | false)[]) => parts.filter(Boolean).join(', ')
  const amount = ({ rows, next }: { rows: unknown[]; next: string | null }) =>
    `${number(rows.length)}${next ? '+' : ''}`

  const lines: Record<SectionName, () => Promise<Line>> = {
    async webhooks() {
      const all = await readEndpoints()
      const conditions = all.map(conditionOf)
      const failing = conditions.filter((one) => one === 'failing' || one === 'broken' || one === 'disabled').length
      const paused = conditions.filter((one) => one === 'paused').length
      if (all.length === 0) return { text: t('health.noEndpoints'), tone: 'quiet' }
      const text = joined([
        t('health.endpoints', { count: all.length }),
        failing > 0 && t('health.failing', { count: failing }),
        paused > 0 && t('health.paused', { count: paused }),
        failing === 0 && paused === 0 && t('health.well'),
      ])
      return { text, tone: failing > 0 ? 'bad' : 'good' }
    },
    async 'dead-letters'() {
      const { rows, next } = await readGroups(undefined)
      const isMore = next !== null || rows.some(({ count }) => typeof count === 'string')
      const sum = rows.reduce((all, { count }) => all + (typeof count === 'number' ? count : 10_000), 0)
      if (sum === 0) return { text: t('health.noLetters'), tone: 'good' }
      return { text: t('health.letters', { count: sum, amount: `${number(sum)}${isMore ? '+' : ''}` }), tone: 'bad' }
    },
    async keys() {
      const page = await readKeys(undefined, undefined)
      const active = page.rows.filter(({ status }) => status === 'active')
      const soon = active.filter(({ warning }) => warning).length
      if (active.length === 0) return { text: t('health.noKeys'), tone: 'quiet' }
      const text = joined([
        t('health.keys', { count: active.length, amount: amount({ ...page, rows: active }) }),
        soon > 0 && t('health.endSoon', { count: soon }),
      ])
      return { text, tone: soon > 0 ? 'bad' : 'good' }
    },
    async applications() {
      const page = await readApplications(undefined)
      if (page.rows.length === 0) return { text: t('health.noApplications'), tone: 'quiet' }
      return { text: t('health.applications', { count: page.rows.length, amount: amount(page) }), tone: 'good' }
    },
    async 'remote-folders'() {
      const page = await readFolders(undefined)
      const failing = page.rows.filter(({ health }) => health.state === 'failing').length
      if (page.rows.length === 0) return { text: t('health.noFolders'), tone: 'quiet' }
      const text = joined([
        t('health.folders', { count: page.rows.length, amount: amount(page) }),
        failing > 0 ? t('health.failing', { count: failing }) : t('health.well'),
      ])
      return { text, tone: failing > 0 ? 'bad' : 'good' }
    },
    async inbound() {
      const page = await readSources(undefined)
      if (page.rows.length === 0) return { text: t('health.noSources'), tone: 'quiet' }
      return { text: t('health.sources', { count: page.rows.length, amount: amount(page) }), tone: 'good' }
    },
    async alerts() {
      const page = await readAlerts('open', undefined, undefined)
      if (page.rows.length === 0) return { text: t('health.noAlerts'), tone: 'good' }
      return { text: t('health.alerts', { count: page.rows.length, amount: amount(page) }), tone: 'bad' }
    },
    async events() {
      const { newest } = await headQuery.queryFn()
      if (!newest) return { text: t('health.noEvents'), tone: 'quiet' }
      return { text: t('health.lastEvent', { when: ago(newest.timestamp), type: newest.type }), tone: 'good' }
    },
  }
  return queryOptions({
    queryKey: ['health-line', name],
    queryFn: lines[name],
    refetchInterval: everyMs,
    staleTime: 5000,
  })
}

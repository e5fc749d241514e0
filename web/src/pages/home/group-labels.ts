// What a group is called for people: days as the reader writes them, languages by their names, channels in words.

import { useContext } from 'react'
import { useTranslation } from 'react-i18next'
import { ReaderContext } from '../../components/figures.tsx'
import type { GroupName } from './queries.ts'

export type Labels = (group: GroupName, value: string | null, known?: string | null) => { label: string; short: string }

export function useGroupLabels(): Labels {
  const { t } = useTranslation('home')
  const { locale } = useContext(ReaderContext)
  // A day is a day: it is written as it is, whatever zone the reader is in.
  const date = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
    return (day: string) => format.format(new Date(`${day}T00:00:00Z`))
  }
  const [full, brief] = [date({ dateStyle: 'full' }), date({ day: 'numeric', month: 'short' })]
  const [month, monthBrief] = [date({ month: 'long', year: 'numeric' }), date({ month: 'short', year: '2-digit' })]
  const languages = new Intl.DisplayNames([locale], { type: 'language', fallback: 'code' })
  const languageOf = (tag: string) => {
    try {
      return languages.of(tag) ?? tag
    } catch {
      return tag
    }
  }
  const same = (label: string) => ({ label, short: label })
  return (group, value, known) => {
    if (value === null) return same(t(`nothing.${group}`))
    switch (group) {
      case 'day':
        return { label: full(value), short: brief(value) }
      case 'week':
        return { label: t('weekOf', { day: brief(value) }), short: brief(value) }
      case 'month':
        return { label: month(value), short: monthBrief(value) }
      case 'hour':
        return { label: t('hours', { from: `${value}:00`, to: `${Number(value) + 1}:00` }), short: `${value}:00` }
      case 'language':
        return same(languageOf(value))
      case 'channel':
        return same(value === 'voice' ? t('channel.calls') : value === 'chat' ? t('channel.chats') : value)
      case 'direction':
        return same(t(`direction.${value as 'inbound'}`, value))
      default:
        return same(known ?? value)
    }
  }
}

// How one likes the pages, and when mail comes. Each choice holds at once.

import { Select, SimpleGrid, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Preferences as Chosen, preferencesQuery, useSetPreferences } from '../../api/preferences.ts'
import { useSession } from '../../api/session.ts'
import { useAct } from '../../components/act.ts'
import { Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { destinations } from '../../shell/navigation.ts'
import { type Mail, mailQuery, setMail } from './queries.ts'

const zones = Intl.supportedValuesOf('timeZone')
/** How numbers and times are written; the words stay English until there are translations. */
const locales = [
  ...['af-ZA', 'de-DE', 'en-GB', 'en-US', 'en-ZA', 'es-ES', 'fr-FR', 'it-IT', 'nl-NL', 'pt-BR', 'pt-PT'],
  ...['sw-KE', 'st-ZA', 'xh-ZA', 'zu-ZA'],
]
const themes = ['auto', 'light', 'dark'] as const
const densities = ['compact', 'normal', 'spacious'] as const
const mails = ['real_time', 'daily', 'none'] as const
const asBrowser = 'browser'

export function Preferences() {
  const { t } = useTranslation('account')
  return (
    <Panel title={t('preferences.title')} about={t('preferences.about')}>
      <Loaded query={useQuery(preferencesQuery)}>{(chosen) => <Choices chosen={chosen} />}</Loaded>
      <MailChoice />
    </Panel>
  )
}

function Choices({ chosen }: { chosen: Chosen }) {
  const { t } = useTranslation(['account', 'shell'])
  const { organisation } = useSession()
  const change = useSetPreferences()
  const pages = destinations.filter(({ needs }) => needs.some((one) => organisation.scopes.includes(one)))
  const names = new Intl.DisplayNames(navigator.language, { type: 'language' })
  const orNull = (value: string | null) => (value === asBrowser ? null : value)
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Select
        label={t('preferences.theme')}
        allowDeselect={false}
        data={themes.map((value) => ({ value, label: t(`shell:user.${value}`) }))}
        value={chosen.theme}
        onChange={(theme) => theme && change.mutate({ theme: theme as Chosen['theme'] })}
      />
      <Select
        label={t('preferences.density')}
        description={t('preferences.densityText')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        allowDeselect={false}
        data={densities.map((value) => ({ value, label: t(`density.${value}`) }))}
        value={chosen.density}
        onChange={(density) => density && change.mutate({ density: density as Chosen['density'] })}
      />
      <Select
        label={t('preferences.locale')}
        allowDeselect={false}
        searchable
        data={[
          { value: asBrowser, label: t('preferences.asBrowser') },
          ...[...new Set([...locales, ...(chosen.locale ? [chosen.locale] : [])])].map((value) => ({
            value,
            label: `${names.of(value) ?? value} (${value})`,
          })),
        ]}
        value={chosen.locale ?? asBrowser}
        onChange={(locale) => change.mutate({ locale: orNull(locale) })}
      />
      <Select
        label={t('preferences.timeZone')}
        allowDeselect={false}
        searchable
        limit={80}
        data={[
          { value: asBrowser, label: t('preferences.asOrganisation') },
          'UTC',
          ...zones.filter((one) => one !== 'UTC'),
        ]}
        value={chosen.time_zone ?? asBrowser}
        onChange={(zone) => change.mutate({ time_zone: orNull(zone) })}
      />
      <Select
        label={t('preferences.startPage')}
        allowDeselect={false}
        data={pages.map(({ to, label }) => ({ value: to, label: t(`shell:nav.${label}`) }))}
        value={chosen.start_page ?? '/home'}
        onChange={(to) => change.mutate({ start_page: to === '/home' ? null : to })}
      />
    </SimpleGrid>
  )
}

function MailChoice() {
  const { t } = useTranslation('account')
  const save = useAct(setMail, { touches: [['notification-preferences']], done: t('mail.saved') })
  return (
    <Loaded query={useQuery(mailQuery)}>
      {({ mail }) => (
        <div>
          <Select
            label={t('mail.title')}
            maw={420}
            allowDeselect={false}
            data={mails.map((value) => ({ value, label: t(`mail.${value}`) }))}
            value={save.isPending ? save.variables : mail}
            onChange={(value) => value && save.mutate(value as Mail)}
          />
          <Text size="xs" c="dimmed" mt={4}>
            {t('mail.about')}
          </Text>
        </div>
      )}
    </Loaded>
  )
}

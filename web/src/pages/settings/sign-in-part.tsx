// How people may sign in, and who has a second factor.

import { Anchor, List, Text } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import type { Person } from './people/queries.ts'

type Provider = { name: string; label: string; url: string }

const providersQuery = queryOptions({
  queryKey: ['sign-in-providers'],
  queryFn: async () =>
    ((await told(api.GET('/v1/sign-in/providers'))) as unknown as { providers: Provider[] }).providers,
})

const activeQuery = queryOptions({
  queryKey: ['users', 'second-factor'],
  async queryFn() {
    const all: Person[] = []
    let cursor: string | null = null
    do {
      const page = await peoplePage(cursor)
      all.push(...page.users)
      cursor = page.next_cursor
    } while (cursor)
    return all
  },
})

const peoplePage = (cursor: string | null) =>
  told(
    api.GET('/v1/users', {
      params: { query: { limit: 200, state: 'active' as const, ...(cursor ? { cursor } : {}) } },
    }),
  )

export function SignInPart() {
  const { t } = useTranslation('settings')
  return (
    <>
      <Panel title={t('part.sign-in')} about={t('signIn.about')}>
        <Loaded query={useQuery(providersQuery)}>
          {(providers) => (
            <>
              <List size="sm" spacing={4}>
                <List.Item>{t('signIn.password')}</List.Item>
                {providers.map(({ name, label }) => (
                  <List.Item key={name}>{t('signIn.provider', { label, name })}</List.Item>
                ))}
              </List>
              {providers.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t('signIn.noProviders')}
                </Text>
              )}
            </>
          )}
        </Loaded>
      </Panel>
      <Panel title={t('signIn.second')} about={t('signIn.secondText')}>
        <Loaded query={useQuery(activeQuery)}>
          {(people) => {
            const without = people.filter(({ has_second_factor }) => !has_second_factor)
            return (
              <>
                <Text size="sm">
                  {t('signIn.share', { count: people.length, having: people.length - without.length })}
                </Text>
                {without.length > 0 && (
                  <>
                    <Text size="sm">{t('signIn.without')}</Text>
                    <List size="sm">
                      {without.slice(0, 50).map(({ id, name, email }) => (
                        <List.Item key={id}>{name ? `${name} · ${email}` : email}</List.Item>
                      ))}
                    </List>
                    {without.length > 50 && <Text size="sm">{t('signIn.more', { count: without.length - 50 })}</Text>}
                  </>
                )}
                <Anchor component={Link} to="/account" size="sm">
                  {t('signIn.own')}
                </Anchor>
              </>
            )
          }}
        </Loaded>
      </Panel>
    </>
  )
}

// What a key or an application may do, in words. Nobody grants what they do not hold, so nothing else is offered.

import { Badge, Checkbox, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../../api/session.ts'
import type integrations from '../../../strings/en/integrations.json'

type Known = keyof typeof integrations.scopes

/** `operations:…` is of the installation and in no key. */
const grantable = (scope: string) => !scope.startsWith('operations:')

export function useScopeWords() {
  const { t } = useTranslation('integrations')
  return (scope: string): string => t(`scopes.${scope.replace(':', '_') as Known}`, { defaultValue: scope })
}

export function ScopeChoice({
  value,
  onChange,
  about,
}: {
  value: string[]
  onChange: (scopes: string[]) => void
  about: string
}) {
  const { t } = useTranslation('integrations')
  const words = useScopeWords()
  const { organisation } = useSession()
  // What it has already and this person lacks is shown, so that it is not taken away unseen.
  const offered = [...new Set([...organisation.scopes.filter(grantable), ...value])]
  return (
    <Checkbox.Group label={t('scope.label')} description={about} value={value} onChange={onChange} withAsterisk>
      <Stack gap={6} mt="xs">
        {offered.map((scope) => (
          <Checkbox
            key={scope}
            value={scope}
            label={
              <Text size="sm" span>
                {words(scope)}{' '}
                <Text span size="xs" c="dimmed" ff="monospace">
                  {scope}
                </Text>
              </Text>
            }
          />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}

export function ScopeList({ scopes, max = 3 }: { scopes: string[]; max?: number }) {
  const { t } = useTranslation('integrations')
  const words = useScopeWords()
  const rest = scopes.slice(max)
  return (
    <Group gap={4}>
      {scopes.slice(0, max).map((scope) => (
        <Badge key={scope} variant="default" tt="none" fw={400} title={words(scope)}>
          {scope}
        </Badge>
      ))}
      {rest.length > 0 && (
        <Text size="xs" c="dimmed" title={rest.join(', ')}>
          {t('scope.more', { count: rest.length })}
        </Text>
      )}
    </Group>
  )
}

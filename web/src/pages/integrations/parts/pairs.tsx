// Rows of a name and a value that somebody adds and takes away: headers, places in a body.

import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

export type Pair = { name: string; value: string }

export const pairsOf = (record: Record<string, unknown> | null | undefined): Pair[] =>
  Object.entries(record ?? {}).map(([name, value]) => ({ name, value: String(value) }))

export const recordOf = (pairs: Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value]))

export function Pairs({
  legend,
  about,
  names,
  pairs,
  onChange,
}: {
  legend: string
  about?: string
  names: { name: string; value: string }
  pairs: Pair[]
  onChange: (pairs: Pair[]) => void
}) {
  const { t } = useTranslation()
  const change = (at: number, part: Partial<Pair>) =>
    onChange(pairs.map((pair, index) => (index === at ? { ...pair, ...part } : pair)))
  return (
    <Fieldset legend={legend} p="sm">
      <Stack gap="xs">
        {about && (
          <Text size="xs" c="dimmed">
            {about}
          </Text>
        )}
        {pairs.map((pair, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its name is being typed
          <Group key={at} gap="xs" wrap="nowrap">
            <TextInput
              flex={1}
              aria-label={`${names.name} ${at + 1}`}
              placeholder={names.name}
              value={pair.name}
              onChange={({ currentTarget: { value } }) => change(at, { name: value })}
            />
            <TextInput
              flex={1}
              aria-label={`${names.value} ${at + 1}`}
              placeholder={names.value}
              value={pair.value}
              onChange={({ currentTarget: { value } }) => change(at, { value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${t('action.delete')} ${pair.name || at + 1}`}
              onClick={() => onChange(pairs.filter((_, index) => index !== at))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...pairs, { name: '', value: '' }])}
          style={{ alignSelf: 'flex-start' }}
        >
          {t('action.add')}
        </Button>
      </Stack>
    </Fieldset>
  )
}

// The pattern of file names, with what it reads out of a few of them.

import { Alert, Button, Group, Stack, Table, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { asFailure } from '../../../api/failure.ts'
import { TableRegion } from '../../../components/table-region.tsx'

const namesMax = 20

export function PatternInput({ pattern, onChange }: { pattern: string; onChange: (pattern: string) => void }) {
  const { t } = useTranslation('integrations')
  const [names, setNames] = useState('')
  const trial = useMutation({
    mutationFn: () => {
      const given = names
        .split('\n')
        .map((name) => name.trim())
        .filter(Boolean)
      return told(api.POST('/v1/remote-folders/test-pattern', { body: { pattern, names: given.slice(0, namesMax) } }))
    },
  })
  return (
    <Stack gap="xs">
      <TextInput
        label={t('remote.folder.pattern')}
        description={t('remote.folder.patternHint')}
        required
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={pattern}
        onChange={({ currentTarget: { value } }) => onChange(value)}
      />
      <Textarea
        label={t('remote.folder.names')}
        placeholder="anna_20260305-091500_0215550100.wav"
        autosize
        minRows={2}
        maxRows={6}
        spellCheck={false}
        value={names}
        onChange={({ currentTarget: { value } }) => setNames(value)}
      />
      <Group>
        <Button
          size="xs"
          variant="default"
          disabled={!names.trim() || !pattern.trim()}
          loading={trial.isPending}
          onClick={() => trial.mutate()}
        >
          {t('remote.folder.tryPattern')}
        </Button>
      </Group>
      <div aria-live="polite">
        {trial.isError && <Alert color="red">{asFailure(trial.error).message}</Alert>}
        {trial.data && (
          <TableRegion
            label={t('remote.folder.tryPattern')}
            minWidth={360}
            headings={(['file', 'read'] as const).map((key) => t(`remote.patternColumn.${key}`))}
          >
            {trial.data.results.map(({ name, fields, warnings }) => (
              <Table.Tr key={name}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{name}</Table.Td>
                <Table.Td>
                  {fields
                    ? Object.entries(fields as Record<string, unknown>).map(([field, value]) => (
                        <Text key={field} size="sm">
                          {field}: {String(value)}
                        </Text>
                      ))
                    : t('remote.folder.noMatch')}
                  {fields && Object.keys(fields).length === 0 && t('remote.folder.matchOnly')}
                  {warnings.map((one) => (
                    <Text key={one} size="xs" fw={600}>
                      {one}
                    </Text>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </div>
    </Stack>
  )
}

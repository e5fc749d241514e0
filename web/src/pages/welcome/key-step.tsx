// A first key, and the line that sends a call with it.

import { Alert, Anchor, Button, Code, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { CopyIcon, ShownOnce } from '../../components/actions.tsx'
import { Panel } from '../../components/panel.tsx'
import { createKey } from './queries.ts'

export function KeyStep({ isAllowed }: { isAllowed: boolean }) {
  const { t } = useTranslation('welcome')
  const [name, setName] = useState(t('key.first'))
  const client = useQueryClient()
  const create = useMutation({
    mutationFn: () => createKey(name),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Panel title={t('key.title')} about={t('key.about')}>
      {create.data ? (
        <Made secret={create.data.api_key} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={t('key.name')}
              required
              maxLength={100}
              disabled={!isAllowed}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            {create.isError && <Alert color="red">{asFailure(create.error).message}</Alert>}
            <Button
              type="submit"
              loading={create.isPending}
              disabled={!isAllowed}
              leftSection={<IconKey size={16} aria-hidden />}
            >
              {t('key.create')}
            </Button>
            {!isAllowed && (
              <Text size="sm" c="dimmed">
                {t('key.notAllowed')}
              </Text>
            )}
          </Stack>
        </form>
      )}
    </Panel>
  )
}

function Made({ secret }: { secret: string }) {
  const { t } = useTranslation('welcome')
  const line = `curl -H "X-API-Key: ${secret}" -F "file=@call.wav" ${location.origin}/v1/calls/upload`
  return (
    <Stack gap="sm">
      <ShownOnce title={t('key.ready')} secret={secret} />
      <Text size="sm">{t('key.curl')}</Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Code
          block
          flex={1}
          miw={0}
          tabIndex={0}
          data-curl
          style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {line}
        </Code>
        <CopyIcon value={line} label={t('key.copyLine')} />
      </Group>
      <Anchor component={Link} to={'/integrations/keys' as never} size="sm">
        {t('key.all')}
      </Anchor>
    </Stack>
  )
}

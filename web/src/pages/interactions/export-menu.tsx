// The list as a file: made by the server, with everything that is known of each conversation; told of when it is there.

import { Anchor, Button, Menu, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { sayFailure } from '../../components/actions.tsx'

const formats = ['xlsx', 'csv', 'ndjson'] as const
const pollMs = 1000

export function ExportMenu({ q, filter }: { q: string; filter: string }) {
  const { t } = useTranslation(['interactions', 'shell'])
  const make = useMutation({
    async mutationFn(format: (typeof formats)[number]) {
      const begun = await told(
        api.POST('/v1/exports', { body: { format, ...(q ? { q } : {}), ...(filter ? { filter } : {}) } }),
      )
      const notice = notifications.show({
        loading: true,
        autoClose: false,
        title: t('export.running'),
        message: t('export.goOn'),
      })
      let now = begun
      while (now.status === 'generating') {
        await new Promise((resolve) => setTimeout(resolve, pollMs))
        now = await told(api.GET('/v1/exports/{id}', { params: { path: { id: begun.export_id } } }))
      }
      const isThere = now.status === 'completed'
      notifications.update({
        id: notice,
        loading: false,
        autoClose: false,
        color: isThere ? 'teal' : 'red',
        title: isThere ? t('export.ready', { count: now.rows ?? 0 }) : t('shell:state.failed'),
        message: (
          <Stack gap={2}>
            {isThere ? (
              <Anchor href={now.links.file}>{t('export.download', { name: now.name })}</Anchor>
            ) : (
              <Text size="sm">{now.failure?.message}</Text>
            )}
            {now.warnings.map((warning) => (
              <Text key={warning} size="xs">
                {warning}
              </Text>
            ))}
          </Stack>
        ),
      })
    },
    onError: sayFailure,
  })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} loading={make.isPending}>
          {t('export.title')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map((format) => (
          <Menu.Item key={format} onClick={() => make.mutate(format)}>
            {t(`export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

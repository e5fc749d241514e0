// Where files are dropped, or chosen by keyboard; a folder can be chosen whole.

import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { IconCloudUpload } from '@tabler/icons-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import '@mantine/dropzone/styles.css'
import './upload.css'

export function DropPlace({ onFiles, isBusy }: { onFiles: (files: File[]) => void; isBusy: boolean }) {
  const { t } = useTranslation('upload')
  const openFiles = useRef<() => void>(null)
  const folder = useRef<HTMLInputElement>(null)
  const take = (files: File[]) => files.length > 0 && onFiles(files.filter(({ name }) => !name.startsWith('.')))
  return (
    <>
      <Dropzone
        onDrop={take}
        loading={isBusy}
        openRef={openFiles}
        activateOnClick={false}
        activateOnKeyboard={false}
        enablePointerEvents
        tabIndex={-1}
        aria-label={t('drop.label')}
      >
        <Stack align="center" gap="xs" py="lg">
          <IconCloudUpload size={44} stroke={1.4} aria-hidden />
          <Title order={2}>{t('drop.title')}</Title>
          <Text c="dimmed" ta="center" size="sm" maw={520}>
            {t('drop.text')}
          </Text>
          <Group>
            <Button onClick={() => openFiles.current?.()}>{t('drop.choose')}</Button>
            <Button variant="default" onClick={() => folder.current?.click()}>
              {t('drop.folder')}
            </Button>
          </Group>
        </Stack>
      </Dropzone>
      <input
        ref={folder}
        type="file"
        hidden
        multiple
        aria-label={t('drop.folder')}
        {...{ webkitdirectory: '' }}
        onChange={({ currentTarget }) => {
          take([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
    </>
  )
}

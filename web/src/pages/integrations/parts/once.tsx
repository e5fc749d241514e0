// What is shown this once: secrets, keys, addresses. The dialog closes by its button alone, so that no stray click loses it.

import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

export type Shown = { label: string; value: string }

export function Once({
  title,
  items,
  warnings = [],
  onClose,
}: {
  title: string
  items: Shown[] | null
  warnings?: string[]
  onClose: () => void
}) {
  const { t } = useTranslation('integrations')
  return (
    <Modal
      opened={items !== null}
      onClose={onClose}
      title={title}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="yellow" icon={<IconKey />}>
          {t('once.text')}
        </Alert>
        {warnings.map((one) => (
          <Alert key={one} color="orange">
            {one}
          </Alert>
        ))}
        {items?.map(({ label, value }) => (
          <div key={label}>
            <Text size="sm" fw={600}>
              {label}
            </Text>
            <Group gap="xs" align="flex-start" wrap="nowrap">
              <Code
                block
                flex={1}
                style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}
                data-once={label}
                tabIndex={0}
              >
                {value}
              </Code>
              <CopyButton value={value}>
                {({ copied, copy }) => (
                  <Button
                    onClick={copy}
                    leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
                  >
                    {t(copied ? 'action.copied' : 'action.copy', { ns: 'shell' })}
                  </Button>
                )}
              </CopyButton>
            </Group>
          </div>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('once.done')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

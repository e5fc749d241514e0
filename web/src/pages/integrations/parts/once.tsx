// What is shown this once: secrets, keys, addresses. The dialog closes by its button alone, so that no stray click loses it.

import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { CopyText } from '../../../components/actions.tsx'

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
            <CopyText text={value} label={label} />
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

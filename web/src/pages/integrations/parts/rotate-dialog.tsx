// Asks how long the secret of before goes on working beside a new one.

import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

export function RotateDialog({
  isOpen,
  title,
  text,
  hoursMax,
  isSending,
  onClose,
  onRotate,
}: {
  isOpen: boolean
  title: string
  text: string
  hoursMax: number
  isSending: boolean
  onClose: () => void
  onRotate: (overlapHours: number) => void
}) {
  const { t } = useTranslation('integrations')
  const [hours, setHours] = useState<number | string>(24)
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'shell' }) }}
    >
      <Stack>
        <Text size="sm">{text}</Text>
        <NumberInput
          label={t('overlap.label')}
          description={t('overlap.text')}
          min={0}
          max={hoursMax}
          allowDecimal={false}
          value={hours}
          onChange={setHours}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'shell' })}
          </Button>
          <Button loading={isSending} onClick={() => onRotate(typeof hours === 'number' ? hours : 24)}>
            {title}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

// That files are on their way, on every page.

import { ActionIcon, RingProgress, Tooltip } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isOnItsWay, useUploads } from '../api/uploads-store.ts'

export function UploadsSign() {
  const { t } = useTranslation()
  const going = useUploads().filter(isOnItsWay)
  if (going.length === 0) return null
  const total = going.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const sent = going.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  const percent = total ? Math.round((100 * sent) / total) : 0
  const label = t('uploads.going', { count: going.length, percent })
  return (
    <Tooltip label={label}>
      <ActionIcon component={Link} to="/upload" variant="subtle" size={40} aria-label={label}>
        <RingProgress
          size={38}
          thickness={4}
          sections={[{ value: percent, color: 'lagoon' }]}
          label={<IconUpload size={16} aria-hidden className="uploads-sign" />}
        />
      </ActionIcon>
    </Tooltip>
  )
}

// Text for machines as it is: JSON, headers, programs. Scrolls inside its own frame and can be copied.

import { ActionIcon, Box, Code, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

export function CodeText({ text, label, maxHeight = 360 }: { text: string; label: string; maxHeight?: number }) {
  return (
    <Box pos="relative">
      <Box component="section" aria-label={label} tabIndex={0} mah={maxHeight} style={{ overflow: 'auto' }}>
        <Code block pr={44}>
          {text}
        </Code>
      </Box>
      <Box pos="absolute" top={6} right={6}>
        <CopyIcon value={text} />
      </Box>
    </Box>
  )
}

export const JsonText = ({ value, label, maxHeight }: { value: unknown; label: string; maxHeight?: number }) => (
  <CodeText text={JSON.stringify(value, null, 2)} label={label} {...(maxHeight ? { maxHeight } : {})} />
)

/** JSON where it is JSON, else the text as it is. */
export function asReadable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

export function CopyIcon({ value }: { value: string }) {
  const { t } = useTranslation()
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={t(copied ? 'action.copied' : 'action.copy')}>
          <ActionIcon variant="default" onClick={copy} aria-label={t(copied ? 'action.copied' : 'action.copy')}>
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}

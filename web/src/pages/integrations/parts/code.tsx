// Text for machines as it is: JSON, headers, programs. Scrolls inside its own frame and can be copied.

import { Box, Code } from '@mantine/core'
import { CopyIcon } from '../../../components/actions.tsx'

export function CodeText({ text, label, maxHeight = 360 }: { text: string; label: string; maxHeight?: number }) {
  return (
    <Box pos="relative">
      <Box component="section" aria-label={label} tabIndex={0} mah={maxHeight} style={{ overflow: 'auto' }}>
        <Code block pr={44}>
          {text}
        </Code>
      </Box>
      <Box pos="absolute" top={6} right={6}>
        <CopyIcon value={text} variant="default" />
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

// A small button in a row, which says to readers of the screen whose it is.

import { Button, type ButtonProps } from '@mantine/core'

export const RowButton = ({ label, of, ...rest }: ButtonProps & { label: string; of: string; onClick: () => void }) => (
  <Button size="compact-sm" variant="default" aria-label={`${label} ${of}`} {...rest}>
    {label}
  </Button>
)

// The look: the system's own typeface (nothing is loaded), one quiet colour, contrasts of at least 4.5 to 1 in both schemes.

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

const lagoon: MantineColorsTuple = [
  '#e3f7fb',
  '#c9ecf3',
  '#98d9e7',
  '#62c4da',
  '#3bb2cf',
  '#22a5c6',
  '#0b8fae',
  '#0b7285',
  '#085f70',
  '#044b5a',
]

export const theme = createTheme({
  primaryColor: 'lagoon',
  // The one shade on which white text has a contrast of more than 4.5 to 1 in both schemes.
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  colors: { lagoon },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace',
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.15rem' }, h3: { fontSize: '1rem' } },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: { Tooltip: { defaultProps: { openDelay: 300 } }, Table: { defaultProps: { verticalSpacing: 'xs' } } },
})

/** Of badges and alerts in their pale colours, where Mantine's own are below 4.5 to 1. */
const onPale = {
  teal: '#066649',
  orange: '#a3420a',
  yellow: '#8a5a00',
  red: '#b02525',
  green: '#1f6b2b',
  grape: '#7d2a91',
}

/** Mantine's own dimmed text has a contrast of 3.3 to 1 on white. */
export const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': colors.gray[7],
    '--mantine-color-placeholder': colors.gray[7],
    '--mantine-color-error': onPale.red,
    ...Object.fromEntries(
      Object.entries(onPale).map(([name, colour]) => [`--mantine-color-${name}-light-color`, colour]),
    ),
  },
  dark: { '--mantine-color-dimmed': colors.dark[1], '--mantine-color-error': colors.red[4] },
})

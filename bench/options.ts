// The sizes of a figure, which can be given on the command line: `npm run bench delivery-drain -- --deliveries=2000`.

/** A whole number of at least 1. */
export function option(name: string, otherwise: number): number {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`))
  if (!given) return otherwise
  const value = Number(given.slice(name.length + 3))
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number of at least 1`)
  return value
}

/** As in `50,000`. */
export const shown = (value: number): string => value.toLocaleString('en')

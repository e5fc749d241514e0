// A clock that all processes of one machine share, in milliseconds with fractions.

export const now = (): number => performance.timeOrigin + performance.now()

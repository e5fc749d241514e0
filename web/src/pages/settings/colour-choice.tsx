// One of the fourteen colours of departments and tags; each has a number, so that nobody must tell them apart by eye.

import { ColorSwatch, Group, Radio } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const colours = [
  ...['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2'],
  ...['#7f7f7f', '#bcbd22', '#17becf', '#1b4f72', '#7e5109', '#145a32', '#641e16'],
]

export function ColourChoice({ value, onChange }: { value: string | null; onChange: (colour: string) => void }) {
  const { t } = useTranslation('settings')
  return (
    <Radio.Group label={t('colour.label')} description={t('colour.text')} value={value ?? ''} onChange={onChange}>
      <Group gap="sm" mt="xs">
        {colours.map((colour, index) => (
          <Radio
            key={colour}
            value={colour}
            label={
              <ColorSwatch
                color={colour}
                size={22}
                role="img"
                aria-label={t('colour.one', { number: index + 1, colour })}
              />
            }
          />
        ))}
      </Group>
    </Radio.Group>
  )
}

// The frame of a widget: its title, what its figures mean, its numbers in place of the chart; and inside, the figures.

import { ActionIcon, Popover, Stack, Text, Title, Tooltip } from '@mantine/core'
import { IconChartBar, IconInfoCircle, IconTable } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from './queries.ts'

export type Meaning = Answer['metrics'][number] & { basis?: string | undefined }

export function WidgetFrame({
  title,
  meanings,
  hasNumbers,
  children,
}: {
  title: string
  meanings: readonly Meaning[]
  /** Whether it can be read as a table too. */
  hasNumbers: boolean
  children: (asNumbers: boolean) => ReactNode
}) {
  const { t } = useTranslation('home')
  const [asNumbers, setNumbers] = useState(false)
  const id = useId()
  const toggle = t(asNumbers ? 'widget.chart' : 'widget.numbers')
  return (
    <article className="widget" aria-labelledby={id}>
      <div className="widget-head">
        <Title order={2} id={id} className="widget-title" title={title}>
          {title}
        </Title>
        <span className="widget-acts">
          {meanings.length > 0 && <Info title={title} meanings={meanings} />}
          {hasNumbers && (
            <Tooltip label={toggle}>
              <ActionIcon
                size={24}
                variant="subtle"
                color="gray"
                aria-label={`${toggle}: ${title}`}
                onClick={() => setNumbers(!asNumbers)}
              >
                {asNumbers ? <IconChartBar size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </span>
      </div>
      <div className="widget-body">{children(asNumbers)}</div>
    </article>
  )
}

function Info({ title, meanings }: { title: string; meanings: readonly Meaning[] }) {
  const { t } = useTranslation('home')
  return (
    <Popover width={320} position="bottom-end" withArrow shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('widget.about', { title })}>
          <IconInfoCircle size={16} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('widget.about', { title })} tabIndex={-1} data-autofocus>
        <Stack gap="sm">
          {meanings.map(({ id, name, definition, formula, better, basis }) => (
            <div key={id}>
              <Text size="sm" fw={600}>
                {name}
              </Text>
              <Text size="sm">{definition}</Text>
              <Text size="xs" c="dimmed">
                {[
                  better === 'more' ? t('better.more') : better === 'less' ? t('better.less') : t('better.neither'),
                  ...(basis ? [t(`basis.${basis as 'facts'}`)] : []),
                  formula,
                ].join(' · ')}
              </Text>
            </div>
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

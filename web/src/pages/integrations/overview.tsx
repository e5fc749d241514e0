// A card for each room, with how it is doing in one line.

import { Group, Paper, SimpleGrid, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Page } from '../../components/page.tsx'
import { useHealthLine } from './health-lines.ts'
import { type SectionName, sections } from './sections.ts'
import './section-links.css'

export function Overview({ allowed }: { allowed: SectionName[] }) {
  const { t } = useTranslation('integrations')
  return (
    <Page title={t('title')} about={t('about')}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {allowed.map((name) => (
          <Card key={name} name={name} />
        ))}
      </SimpleGrid>
    </Page>
  )
}

const colors = { good: undefined, bad: 'red', quiet: 'gray' }

function Card({ name }: { name: SectionName }) {
  const { t } = useTranslation('integrations')
  const { icon: Sign } = sections[name]
  const line = useQuery(useHealthLine(name))
  const tone = line.data?.tone ?? 'quiet'
  return (
    <Paper
      component={Link}
      {...({ to: '/integrations/$section', params: { section: name } } as object)}
      withBorder
      p="md"
      className="section-card"
    >
      <Stack gap="xs">
        <Group gap="sm" wrap="nowrap">
          <ThemeIcon variant="light" size={36} {...(colors[tone] ? { color: colors[tone] } : {})}>
            <Sign size={20} aria-hidden />
          </ThemeIcon>
          <Title order={2}>{t(`section.${name}`)}</Title>
        </Group>
        <Text size="sm" c="dimmed">
          {t(`card.${name}`)}
        </Text>
        {line.isError ? (
          <Text size="sm">{t('health.unknown')}</Text>
        ) : line.data ? (
          <Text size="sm" fw={600} {...(tone === 'bad' ? { className: 'section-bad' } : {})}>
            {line.data.text}
          </Text>
        ) : (
          <Skeleton height={18} width="60%" />
        )}
      </Stack>
    </Paper>
  )
}

// Figures as a table: a kind of chart, and what every other chart can be read as.

import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../figures.tsx'
import { Change } from './change.tsx'
import type { ChartData } from './chart-data.ts'
import { FigureLink } from './figure-link.tsx'
import { Scrolled } from './scrolled.tsx'

export function FiguresTable({
  data: { heading, series, points },
  caption,
  isDetailed = false,
}: {
  data: ChartData
  caption: string
  /** With how many conversations are in each figure, and how many are not. */
  isDetailed?: boolean
}) {
  const { t } = useTranslation('charts')
  const { number } = useFormats()
  return (
    <Scrolled name={caption}>
      <Table stickyHeader verticalSpacing={6} fz="sm" className="chart-table">
        <Table.Caption className="chart-unseen">{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{heading}</Table.Th>
            {series.map(({ id, name }) => [
              <Table.Th key={id} scope="col" ta="end">
                {name}
              </Table.Th>,
              isDetailed && (
                <Table.Th key={`${id} n`} scope="col" ta="end" className="chart-detail">
                  {t('inIt')}
                  <span className="chart-unseen"> ({name})</span>
                </Table.Th>
              ),
            ])}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {points.map((point) => (
            <Table.Tr key={point.key}>
              <Table.Th scope="row" fw={500}>
                {point.label}
              </Table.Th>
              {series.map(({ id, name, unit, better }) => {
                const figure = point.figures[id]
                return [
                  <Table.Td key={id} ta="end" className="chart-number">
                    <FigureLink figure={figure} unit={unit} of={`${name}, ${point.label}`} />
                    {figure && <Change figure={figure} unit={unit} better={better} isBrief />}
                  </Table.Td>,
                  isDetailed && (
                    <Table.Td key={`${id} n`} ta="end" className="chart-number chart-detail">
                      {figure ? number(figure.n) : ''}
                      {figure && figure.excluded > 0 && ` ${t('without', { count: figure.excluded })}`}
                    </Table.Td>
                  ),
                ]
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolled>
  )
}

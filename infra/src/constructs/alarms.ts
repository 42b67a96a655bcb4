import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from 'constructs';
import type { AlarmDefinition } from './alarm-definitions.ts';
import type { Place } from './place.ts';

/** One alarm per definition; all tell the alarm topic, when they go off and when they are over. */
export class Alarms extends Construct {
  readonly names: readonly string[];

  constructor(
    scope: Construct,
    id: string,
    props: { readonly place: Place; readonly topicArn: string; readonly alarms: readonly AlarmDefinition[] },
  ) {
    super(scope, id);
    const { place, topicArn, alarms } = props;
    this.names = alarms.map((alarm) => alarmName(place, alarm.id));
    for (const alarm of alarms) {
      const metric = 'metric' in alarm ? alarm.metric : undefined;
      new CloudwatchMetricAlarm(this, alarm.id, {
        alarmName: alarmName(place, alarm.id),
        alarmDescription: alarm.description,
        ...(metric === undefined
          ? {}
          : {
              namespace: metric.namespace,
              metricName: metric.name,
              dimensions: { ...metric.dimensions },
              period: metric.periodSeconds,
              ...(/^p\d/.test(metric.statistic)
                ? { extendedStatistic: metric.statistic }
                : { statistic: metric.statistic }),
            }),
        ...('expression' in alarm
          ? {
              metricQuery: [
                {
                  id: 'value',
                  expression: alarm.expression.text,
                  label: alarm.expression.label,
                  returnData: true,
                },
                ...Object.entries(alarm.expression.metrics).map(([queryId, query]) => ({
                  id: queryId,
                  returnData: false,
                  metric: {
                    namespace: query.namespace,
                    metricName: query.name,
                    dimensions: { ...query.dimensions },
                    period: query.periodSeconds,
                    stat: query.statistic,
                  },
                })),
              ],
            }
          : {}),
        comparisonOperator: 'GreaterThanThreshold',
        threshold: alarm.above,
        evaluationPeriods: alarm.periods ?? 1,
        // Nothing happens at night: no data is no trouble.
        treatMissingData: 'notBreaching',
        alarmActions: [topicArn],
        okActions: [topicArn],
      });
    }
  }
}

export function alarmName(place: Place, id: string): string {
  return `${place.prefix}-${id}`;
}

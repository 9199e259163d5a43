/** Bookings over HTTP: what is free, and the two sides' routes. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { query, wire } from '../http/validation.ts';
import { bookingCalendar } from './calendar.ts';
import { fulfilmentRoutes } from './fulfilmentRoutes.ts';
import { impressionDays } from './impressions.ts';
import { orderRoutes } from './orderRoutes.ts';
import { availabilityQuery, calendarQuery } from './shapes.ts';
import { availability } from './slots.ts';

const tags = ['bookings'];

const calendarRoutes = new Hono<AppEnv>()
  .get(
    '/availability',
    describeRoute({ tags, summary: 'Free slots of a placement by day, and their share of voice' }),
    query(availabilityQuery),
    async (c) => {
      const { placementId, from, to } = c.req.valid('query');
      const { db, clock } = c.var.ctx;
      return c.json({ items: await availability(db, placementId, { from, to }, clock()) });
    },
  )
  .get(
    '/impression-availability',
    describeRoute({ tags, summary: 'Impressions a placement can still promise, by day' }),
    query(availabilityQuery),
    async (c) => {
      const { placementId, from, to } = c.req.valid('query');
      return c.json({
        items: await impressionDays(c.var.ctx, { placementId, divisionCodes: [] }, { from, to }),
      });
    },
  )
  .get(
    '/booking-calendar',
    describeRoute({ tags, summary: 'Who holds which day of which placement' }),
    requireActor('advertiser', 'agency', 'outlet', 'platform'),
    query(calendarQuery),
    async (c) => {
      const { db, clock } = c.var.ctx;
      return c.json(wire(await bookingCalendar(db, c.var.actor, c.req.valid('query'), clock())));
    },
  );

export const bookingRoutes = new Hono<AppEnv>()
  .route('/', orderRoutes)
  .route('/', fulfilmentRoutes)
  .route('/', calendarRoutes);

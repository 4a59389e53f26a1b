-- Prices a team brings itself; they go before those that ship with the tool. A price holds from a day until the next one.

-- CreateTable
CREATE TABLE "prices" (
    "provider" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "token_type" TEXT NOT NULL,
    "tier" TEXT NOT NULL,
    "context_window" TEXT NOT NULL,
    "inference_geo" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "currency" TEXT NOT NULL,
    "price" DECIMAL(65,30) NOT NULL,
    "per" DECIMAL(65,30) NOT NULL,
    "source" TEXT NOT NULL,
    "imported_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "prices_pkey" PRIMARY KEY ("provider", "model", "token_type", "tier", "context_window", "inference_geo", "unit", "valid_from")
);

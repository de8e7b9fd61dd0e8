"""The OData interface of the 1C in the box (Стандартный интерфейс OData), version 3 as 1C serves it."""
